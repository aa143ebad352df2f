import { GetCommandInvocationCommand, paginateDescribeInstanceInformation, SendCommandCommand, SSMClient } from '@aws-sdk/client-ssm';
import { MailServers } from './engine';
import { Clock, MINUTE, SECOND } from '../../../lambda-src/basics/time';
import { SERVER_TAG } from '../app/names';
import { script } from '../windows/scripts';

const ENDED = ['Success', 'Failed', 'Cancelled', 'TimedOut'];

/** EC2 instances, reached by Run Command. */
export class AwsServers implements MailServers {
  constructor(private readonly client: SSMClient, private readonly clock: Clock) {}

  public async ready(tag: string): Promise<string[]> {
    const filters = [{ Key: `tag:${SERVER_TAG}`, Values: [tag] }, { Key: 'PingStatus', Values: ['Online'] }];
    const ids: string[] = [];
    for await (const { InstanceInformationList = [] } of paginateDescribeInstanceInformation({ client: this.client }, { Filters: filters })) {
      ids.push(...InstanceInformationList.flatMap(({ InstanceId }) => InstanceId ?? []));
    }
    return ids;
  }

  public async isSetUp(id: string): Promise<boolean> {
    return (await this.shell(id, ['systemctl is-active postfix || true'])).trim() === 'active';
  }

  /** Postfix writes into the journal what SES answered. */
  public async send(id: string, { from, to }: { readonly from: string; readonly to: string }): Promise<string> {
    const output = await this.shell(id, [
      'mark=$(date +%s)',
      `printf 'From: ${from}\\nTo: ${to}\\nSubject: test\\n\\ntest\\n' | sendmail -f '${from}' '${to}'`,
      'for i in $(seq 30); do line=$(journalctl -u postfix --since "@$mark" -o cat | grep -m 1 "status="); [ -n "$line" ] && break; sleep 2; done',
      'echo "$line"',
    ]);
    return /status=sent/.test(output) ? 'sent' : output.trim() || 'Postfix wrote no line within a minute';
  }

  public async break(id: string): Promise<void> {
    await this.shell(id, ['mv /usr/sbin/postmap /usr/sbin/postmap.away']);
  }

  public async repair(id: string): Promise<void> {
    await this.shell(id, ['mv /usr/sbin/postmap.away /usr/sbin/postmap']);
  }

  public async powerShell(id: string, name: string, values?: Readonly<Record<string, string>>): Promise<string> {
    return (await this.run(id, 'AWS-RunPowerShellScript', [script(name, values)])).trim();
  }

  private async shell(id: string, commands: string[]): Promise<string> {
    return this.run(id, 'AWS-RunShellScript', commands);
  }

  /** Resolves with the standard output; rejects unless the command succeeds within ten minutes. */
  private async run(id: string, document: 'AWS-RunShellScript' | 'AWS-RunPowerShellScript', commands: string[]): Promise<string> {
    const { Command } = await this.client.send(new SendCommandCommand({ DocumentName: document, InstanceIds: [id], Parameters: { commands } }));
    const end = this.clock.now() + 10 * MINUTE;
    while (this.clock.now() < end) {
      await this.clock.sleep(3 * SECOND);
      const invocation = await this.client.send(new GetCommandInvocationCommand({ CommandId: Command!.CommandId, InstanceId: id }))
        .catch((error: Error) => { if (error.name !== 'InvocationDoesNotExist') throw error; return undefined; });
      const { StandardErrorContent = '', StandardOutputContent = '', Status = '' } = invocation ?? {};
      if (Status === 'Success') return StandardOutputContent;
      if (ENDED.includes(Status)) throw new Error(`${document} on ${id} ended with ${Status}: ${StandardErrorContent}`);
    }
    throw new Error(`${document} on ${id} did not end within ten minutes`);
  }
}
