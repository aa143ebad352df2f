import { Scenario } from '../lambda-src/scenario';

/** USD in us-east-1, without free tiers, as quoted from the pricing pages of AWS between February and September 2026. */
export const PRICES = {
  secret: 0.4,
  secretsManagerCall: 0.05 / 10_000,
  alarm: 0.1,
  lambdaRequest: 0.2 / 1e6,
  lambdaGigabyteSecond: 0.0000166667,
  logGigabyte: 0.5,
};

/** What the function of one credential did in a month. */
export interface Usage {
  readonly invocations: number;
  readonly secretsManagerCalls: number;
  readonly logBytes: number;
}

/** A line of the bill: what, how much of it, and USD. */
export type Line = [string, string, number];

const HOUR = 3_600_000;
/** AWS's. */
const HOURS_OF_MONTH = 730;
/** By then the previous key is gone, and every hour is like the one before. */
const EVENTFUL_HOURS = 72;
/** What CloudWatch counts for a line besides its characters. */
const LINE_OVERHEAD = 26;
/** Assumed for the lines that Lambda itself writes for an invocation. */
const LAMBDA_LINES = 500;
/** Assumed for an invocation by the clock; those of a rotation wait for mail servers, and there are four of them. */
const SECONDS = 2;
const ROTATION_SECONDS = 120;
const GIGABYTES = 0.25;

/** Counts what one rotation and the watchdog do in a month. */
export async function usageOfMonth(scenario: Scenario): Promise<Usage> {
  await scenario.rotateWell();
  const { eventRules } = scenario.world;
  const eventful = await usageOf(scenario, async () => {
    await scenario.rotateWell();
    await eventRules.pass(EVENTFUL_HOURS * HOUR);
  });
  const hour = await usageOf(scenario, async () => eventRules.pass(HOUR));
  if (eventRules.failures.length > 0) throw eventRules.failures[0];
  const total = (part: keyof Usage) => eventful[part] + (HOURS_OF_MONTH - EVENTFUL_HOURS) * hour[part];
  return { invocations: total('invocations'), secretsManagerCalls: total('secretsManagerCalls'), logBytes: total('logBytes') };
}

async function usageOf(scenario: Scenario, work: () => Promise<void>): Promise<Usage> {
  const { logs, world: { calls } } = scenario;
  const before = calls.length;
  logs.length = 0;
  await work();
  const invocations = logs.filter(line => line.includes('"message":"step started"')).length;
  return {
    invocations,
    secretsManagerCalls: calls.slice(before).filter(({ service }) => service === 'secretsmanager').length,
    logBytes: logs.reduce((bytes, line) => bytes + line.length + LINE_OVERHEAD, invocations * LAMBDA_LINES),
  };
}

export function billFor({ invocations, secretsManagerCalls, logBytes }: Usage): Line[] {
  const seconds = invocations * SECONDS + ROTATION_SECONDS;
  return [
    ['the secret', '1', PRICES.secret],
    ['alarm', '1', PRICES.alarm],
    ['Secrets Manager API calls', count(secretsManagerCalls), secretsManagerCalls * PRICES.secretsManagerCall],
    ['invocations of the function', count(invocations), invocations * PRICES.lambdaRequest],
    ['duration of the function', `${count(seconds)} s of ${GIGABYTES * 1024} MB`, seconds * GIGABYTES * PRICES.lambdaGigabyteSecond],
    ['log of the function', `${(logBytes / 1e6).toFixed(1)} MB`, logBytes / 1e9 * PRICES.logGigabyte],
  ];
}

export function totalOf(bill: Line[]): number {
  return bill.reduce((sum, [, , usd]) => sum + usd, 0);
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
