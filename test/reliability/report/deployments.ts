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
/** So often for each kind of change, chance decides what goes wrong and where. */
const DRAWS = 100;
const SEED = 'report';

type Campaign = (change: Change, options: DeploymentOptions) => AsyncIterable<DeploymentRun>;

/** Everything that is done to deployments, one line after the other. */
export async function* overDeployments(): AsyncGenerator<Row> {
  yield row('a deployment, canceled at every effect', cancelledEverywhere);
  yield row('a deployment just after a rotation, canceled at every effect', cancelledEverywhere, RECENT);
  yield row('a deployment while SES is slow, canceled at every effect', cancelledEverywhere, SLOW);
  yield row('a deployment, every single fault', everySingle);
  yield row('a deployment, canceled and disturbed at random', atRandom);
  yield row('a deployment just after a rotation, canceled and disturbed at random', atRandom, RECENT);
  yield row('a deployment while SES is slow, canceled and disturbed at random', atRandom, SLOW);
  yield row('a deployment after what people did', undisturbed, {}, DEEDS);
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

function atRandom(change: Change, options: DeploymentOptions): AsyncGenerator<DeploymentRun> {
  return sample(change, MISHAPS, DRAWS, SEED, options);
}

async function* undisturbed(change: Change, options: DeploymentOptions): AsyncGenerator<DeploymentRun> {
  yield deploy(change, new Map(), options);
}
