import { dirname, join } from 'node:path';
import { DNS_SUFFIX, REGION } from './account';
import { AwsCli } from './aws-cli';
import { MailServer } from '../demo/mail-server';
import type { SessionCredentials } from '../world/functions/lambda-process';
import type { CommandExecution, StepResult } from '../world/nodes';

interface RunQuestion {
  readonly instanceId: string;
  /** Those that LocalEmu gives an instance with the role. */
  readonly credentials: SessionCredentials;
  readonly execution: CommandExecution;
}

const RELAY = `[email-smtp.${REGION}.${DNS_SUFFIX}]:587`;

/** The mail servers that are LocalEmu's EC2 instances. They run the documents' real scripts with the real AWS CLI. */
export class Fleet {
  public readonly answerers = { '/commands/run': async (question: RunQuestion) => this.run(question) };
  private readonly servers = new Map<string, MailServer>();

  /** Launches instances with a tag, and installs what a mail server needs. */
  public async launch(count: number, tag: string, cli: AwsCli, python: string): Promise<void> {
    const [key, value] = tag.split('=');
    const { Instances } = await cli.ask<{ Instances: { InstanceId: string }[] }>('ec2', 'run-instances', '--image-id', 'ami-12345678', '--instance-type', 't3.micro',
      '--count', String(count), '--tag-specifications', `ResourceType=instance,Tags=[{Key=${key},Value=${value}}]`);
    const aws = join(dirname(python), 'aws');
    for (const { InstanceId } of Instances) {
      const environment = { AWS_ENDPOINT_URL: cli.url, AWS_REGION: REGION, AWS_EC2_METADATA_DISABLED: 'true' };
      const server = await MailServer.install({ instanceId: InstanceId, environment, relay: RELAY });
      await server.install('aws', `#!/bin/sh\nexec '${python}' '${aws}' "$@"\n`);
      this.servers.set(InstanceId, server);
    }
  }

  /** The user names with which the servers log in at the relay. */
  public async usernames(): Promise<(string | undefined)[]> {
    const credentials = await Promise.all([...this.servers.values()].map(async server => server.credential()));
    return credentials.map(credential => credential?.username);
  }

  public async remove(): Promise<void> {
    await Promise.all([...this.servers.values()].map(async server => server.remove()));
  }

  private async run({ instanceId, credentials, execution }: RunQuestion): Promise<StepResult[]> {
    const server = this.servers.get(instanceId)!;
    Object.assign(server.environment, {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: credentials.sessionToken,
    });
    return server.run(execution);
  }
}
