import { Row } from './row';
import { cancelledEverywhere, deploy, DeploymentOptions, sample, singles } from '../deployments/campaign';
import { CHANGES, DEEDS } from '../deployments/changes';
import { MISHAPS } from '../deployments/faults';
import { Change } from '../deployments/place';
import { DeploymentRun } from '../deployments/run';
import { Tally } from '../deployments/tally';

/** SES refuses the new key for longer than a deployment waits for Secrets Manager. */
const SLOW = { propagationDelay: 200_000 };
const RECENT = { rotatedJustNow: true };
/** Deployments of each kind, in which chance decides what goes wrong, and when. */
const DRAWS = 300;
const SEED = 'report';

type Campaign = (change: Change, options: DeploymentOptions) => AsyncIterable<DeploymentRun>;

/** All that is done to deployments, one line after the other. */
export async function* overDeployments(): AsyncGenerator<Row> {
  yield row('a deployment cancelled at every effect', cancelledEverywhere);
  yield row('a deployment cancelled at every effect, a rotation minutes before', cancelledEverywhere, RECENT);
  yield row('a deployment cancelled at every effect, SES slow', cancelledEverywhere, SLOW);
  yield row('every single fault in a deployment', everySingle);
  yield row('every single fault in a deployment, a rotation minutes before', everySingle, RECENT);
  yield row('a deployment cancelled, and a fault', cancelledUnderFault);
  yield row('a deployment cancelled, and a fault, a rotation minutes before', cancelledUnderFault, RECENT);
  yield row('what people do before a deployment', undisturbed, {}, DEEDS);
}

async function row(what: string, campaign: Campaign, options: DeploymentOptions = {}, changes = CHANGES): Promise<Row> {
  const start = performance.now();
  const tally = new Tally();
  for (const change of changes) await tally.addAll(campaign(change, { ...options, known: new Set() }));
  const { deployments: runs, exceptions, failures, merged, secrets } = tally;
  return {
    what,
    setup: `${changes.length} kinds of change`,
    runs,
    merged,
    violations: failures.length,
    secrets: 2 * secrets,
    seconds: (performance.now() - start) / 1000,
    examples: failures.slice(0, 3),
    exceptions: [...exceptions],
  };
}

function everySingle(change: Change, options: DeploymentOptions): AsyncGenerator<DeploymentRun> {
  return singles(change, MISHAPS, options);
}

function cancelledUnderFault(change: Change, options: DeploymentOptions): AsyncGenerator<DeploymentRun> {
  return sample(change, MISHAPS, DRAWS, SEED, options);
}

async function* undisturbed(change: Change, options: DeploymentOptions): AsyncGenerator<DeploymentRun> {
  yield deploy(change, new Map(), options);
}
