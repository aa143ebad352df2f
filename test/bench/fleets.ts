import { fleetStack } from './stacks';
import { Cost, sum, TimedDeployment } from './timed-deployment';
import { table } from '../demo/table';

export interface FleetCost extends Cost {
  readonly mailServers: number;
}

const SIZES = [1, 100, 1000, 10_000];
/** The row that the others are compared with. */
const REFERENCE = 100;
const COMMAND_ACTIONS = ['SendCommand', 'ListCommands', 'ListCommandInvocations'];
const MEASURES: { name: string; unit: string; of: (cost: Cost) => number }[] = [
  { name: 'memory in use', unit: 'MB', of: ({ inUseBytes }) => inUseBytes / 1e6 },
  { name: 'resident', unit: 'MB', of: ({ residentBytes }) => residentBytes / 1e6 },
  { name: 'CPU', unit: 'ms', of: ({ cpuMilliseconds }) => cpuMilliseconds },
  { name: 'time', unit: 'ms', of: ({ milliseconds }) => milliseconds },
];

/** The second rotation of a process for each size: the first one has done what happens once in a process's life. */
export async function fleetCosts(): Promise<FleetCost[]> {
  const costs: FleetCost[] = [];
  for (const mailServers of SIZES) {
    const { inUseBytes } = await secondRotation(mailServers, { WEIGHED: 'yes' });
    costs.push({ mailServers, ...await secondRotation(mailServers), inUseBytes });
  }
  return costs;
}

export function fleetTable(costs: FleetCost[]): string {
  const reference = costs.find(({ mailServers }) => mailServers === REFERENCE)!;
  const row = (cost: FleetCost) => [
    String(cost.mailServers),
    ...COMMAND_ACTIONS.map(action => String(cost.calls[action])),
    String(otherCalls(cost)),
    ...MEASURES.flatMap(({ of, unit }) => [`${of(cost).toFixed(unit === 'ms' ? 0 : 1)} ${unit}`, `x ${(of(cost) / of(reference)).toFixed(2)}`]),
  ];
  const head = ['servers', ...COMMAND_ACTIONS, 'other calls', ...MEASURES.flatMap(({ name }) => [name, ''])];
  return table(`A rotation of a fleet, and its ratio to one of ${REFERENCE} servers`, head, costs.map(row));
}

function otherCalls({ calls }: Cost): number {
  return sum(Object.entries(calls).filter(([action]) => !COMMAND_ACTIONS.includes(action)).map(([, count]) => count));
}

async function secondRotation(mailServers: number, measures?: { WEIGHED: string }): Promise<Cost> {
  const deployment = await TimedDeployment.start(fleetStack, mailServers, measures);
  try {
    await deployment.rotate();
    return await deployment.rotate();
  } finally {
    await deployment.close();
  }
}
