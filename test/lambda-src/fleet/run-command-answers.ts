import { Command, CommandInvocation, ListCommandInvocationsCommandOutput } from '@aws-sdk/client-ssm';
import { RunCommand } from '../../../lambda-src/aws/run-command';
import { SecretText } from '../../../lambda-src/basics/secret-text';
import { Pushed } from '../../../lambda-src/fleet/answers';
import { CommandReader } from '../../../lambda-src/fleet/pages';
import { APPLIED_MARKER, FleetConfig } from '../../../src/private/rotation-contract';
import { VirtualClock } from '../../world';

export const fleet: FleetConfig = {
  document: { name: 'Document', marker: true, parameters: {} }, maxErrors: '100%', timeoutSeconds: 300, minimumTargets: 1,
};
const password = new SecretText('hidden');
export const pushed: Pushed = {
  credential: { username: 'AKIAIOSFODNN7EXAMPLE', password },
  version: { id: 'v', stages: [], value: password, secretArn: 'arn', createdAt: 0 },
};
export const done: CommandInvocation = {
  InstanceId: 'i-1', Status: 'Success', StatusDetails: 'Success', CommandPlugins: [{ Output: `${APPLIED_MARKER} v\n` }],
};

/** Run Command as it answers one time after the other; the last answer stays. */
export class Answers extends RunCommand {
  constructor(private readonly commands: (Command | undefined)[], private readonly lists: CommandInvocation[][]) {
    super({} as ConstructorParameters<typeof RunCommand>[0]);
  }

  public async get(): Promise<Command | undefined> {
    return this.commands.length > 1 ? this.commands.shift() : this.commands[0];
  }

  public async invocations(): Promise<ListCommandInvocationsCommandOutput> {
    return { CommandInvocations: this.lists.length > 1 ? this.lists.shift() : this.lists[0], $metadata: {} };
  }
}

export function reading(runCommand: RunCommand, time = 60_000): CommandReader {
  const clock = new VirtualClock();
  return { runCommand, clock, random: () => 0.5, end: clock.now() + time };
}
