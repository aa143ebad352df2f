import { describeRun, unexpected } from './campaign';
import { exceptionFor } from './exceptions';
import { DeploymentRun } from './run';

/** What came of a campaign over deployments. */
export class Tally {
  public deployments = 0;
  public merged = 0;
  public effects = 0;
  public mishaps = 0;
  public secrets = 0;
  /** The deployments that broke a promise for no known reason, in words. */
  public readonly failures: string[] = [];
  public readonly exceptions = new Set<string>();

  public async addAll(runs: AsyncIterable<DeploymentRun>): Promise<void> {
    for await (const run of runs) this.add(run);
  }

  public toString(): string {
    const { deployments, effects, exceptions, failures, merged, mishaps, secrets } = this;
    return `${deployments} deployments (${merged} came to a state that others had gone on from), ${mishaps} mishaps, ${effects} effects, `
      + `${secrets} secret keys looked for, ${failures.length} failures, ${exceptions.size} known exceptions`;
  }

  private add(run: DeploymentRun): void {
    this.deployments += 1;
    this.merged += run.merged ? 1 : 0;
    this.effects += run.effects;
    this.mishaps += run.plan.size;
    this.secrets += run.secrets;
    const violations = unexpected(run);
    if (violations.length > 0) this.failures.push(describeRun({ ...run, violations }));
    for (const violation of run.violations) {
      const exception = exceptionFor(run, violation);
      if (exception) this.exceptions.add(exception.name);
    }
  }
}
