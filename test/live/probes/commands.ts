import { ListCommandsCommand, SendCommandCommand, Target } from '@aws-sdk/client-ssm';
import { MINUTE, SECOND } from '../../../lambda-src/basics/time';
import { Live } from '../live';
import { Step } from '../steps/step';

export const TARGET_COUNT: Step = {
  name: 'commands without a server are sent, and their counters read',
  run: async live => {
    const nobody = await counters(live, { Key: 'tag:SesSmtpLiveServer', Values: ['nobody'] });
    const missing = await counters(live, { Key: 'resource-groups:Name', Values: [`${live.options.prefix}-missing`] });
    live.find('target-count', `a tag that no server has: ${nobody}; a resource group that does not exist: ${missing}`);
  },
};

/** How a command ends that meets no server; its document would do nothing. */
async function counters(live: Live, target: Target): Promise<string> {
  const { ssm } = live.engine;
  try {
    const { Command } = await ssm.send(new SendCommandCommand({ DocumentName: 'AWS-RunShellScript', Targets: [target], Parameters: { commands: ['true'] } }));
    return await live.until('a command without servers ends', 10 * MINUTE, async () => {
      const { Commands: [command] = [] } = await ssm.send(new ListCommandsCommand({ CommandId: Command!.CommandId }));
      const { Status = '', StatusDetails, TargetCount } = command ?? {};
      return ['', 'Pending', 'InProgress'].includes(Status) ? undefined : `${Status} (${StatusDetails}), TargetCount ${TargetCount}`;
    }, 2 * SECOND);
  } catch (error) {
    return `refused with ${(error as Error).name}`;
  }
}
