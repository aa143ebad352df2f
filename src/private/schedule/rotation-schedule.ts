import { Duration, Token } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { CfnRotationSchedule, ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

const HOURS_A_DAY = 24;
/** @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html */
const MIN_HOURS = 4;
const MAX_HOURS = 1000 * HOURS_A_DAY;
const CRON_FIELDS = 6;
const RATE = /^rate\((\d+) (minute|hour|day)s?\)$/;

/** Turns schedule and window into the rules of Secrets Manager, or throws. */
export function rotationRules(schedule: events.Schedule, rotationWindow?: Duration): CfnRotationSchedule.RotationRulesProperty {
  const expression = schedule.expressionString;
  if (Token.isUnresolved(expression)) return { scheduleExpression: expression, duration: window(rotationWindow, HOURS_A_DAY) };
  const rate = RATE.exec(expression);
  const rules = rate ? rateRules(Number(rate[1]), rate[2]) : cronRules(expression);
  return { scheduleExpression: rules.expression, duration: window(rotationWindow, rules.longestWindow) };
}

/** The time from one rotation to the next. Undefined for a cron expression, whose days differ, and for a token. */
export function rotationInterval({ expressionString }: events.Schedule): Duration | undefined {
  const [, value, unit] = Token.isUnresolved(expressionString) ? [] : RATE.exec(expressionString) ?? [];
  return unit === undefined ? undefined : Duration.hours(hoursOf(Number(value), unit));
}

/** Whether a cron expression rotates every day, or more often. */
export function isDailyCron({ expressionString }: events.Schedule): boolean {
  return !Token.isUnresolved(expressionString) && /^cron\(\S+ \S+ [*?] \* [*?] /.test(expressionString);
}

/** Defines the schedule. Its deployment starts the first rotation. */
export function defineSchedule(
  scope: Construct,
  secret: ISecret,
  rotationFunction: lambda.IFunction,
  rotationRulesProperty: CfnRotationSchedule.RotationRulesProperty,
  rotateImmediatelyOnUpdate: boolean,
): CfnRotationSchedule {
  return new CfnRotationSchedule(scope, 'Schedule', {
    secretId: secret.secretArn,
    rotationLambdaArn: rotationFunction.functionArn,
    rotationRules: rotationRulesProperty,
    rotateImmediatelyOnUpdate,
  });
}

interface Rules {
  readonly expression: string;
  /** In hours. A window must end before the next one, and on the day (UTC) on which it began. */
  readonly longestWindow: number;
}

function rateRules(value: number, unit: string): Rules {
  const hours = hoursOf(value, unit);
  if (hours < MIN_HOURS || hours > MAX_HOURS || !Number.isInteger(hours)) {
    throw new Error(`schedule must be a rate of whole hours or days from ${MIN_HOURS} hours to 1000 days, got rate(${value} ${unit}${value === 1 ? '' : 's'}); choose such a rate`);
  }
  const expression = unit === 'day' ? `rate(${value} ${value === 1 ? 'day' : 'days'})` : `rate(${hours} hours)`;
  return { expression, longestWindow: Math.min(hours, HOURS_A_DAY) };
}

function hoursOf(value: number, unit: string): number {
  return unit === 'minute' ? value / 60 : unit === 'hour' ? value : value * HOURS_A_DAY;
}

function cronRules(expression: string): Rules {
  const fields = /^cron\((.+)\)$/.exec(expression)?.[1].trim().split(/\s+/) ?? [];
  if (fields.length !== CRON_FIELDS) {
    throw new Error(`schedule must be rate(n hours), rate(n days) or cron(0 hour day month weekday *), got ${expression}; use Schedule.rate or Schedule.cron`);
  }
  const [minutes, hourField, , , , year] = fields;
  if (minutes !== '0') throw new Error(`schedule must have 0 in the minutes, got ${expression}; set the prop minute to 0`);
  if (year !== '*') throw new Error(`schedule must not set the year, got ${expression}; leave the prop year out`);
  return { expression, longestWindow: hoursBetween(hourField, expression) };
}

/** The fewest hours from one run to the next, or to the end of the day. */
function hoursBetween(hourField: string, expression: string): number {
  const hours = cronHours(hourField);
  if (!hours || hours.length === 0) throw new Error(`schedule must have hours from 0 to 23, such as 3, 0/6 or 8,20, got ${expression}; set the prop hour`);
  const gaps = hours.map((hour, index) => (hours[index + 1] ?? hours[0] + HOURS_A_DAY) - hour);
  const shortest = Math.min(...gaps);
  if (shortest < MIN_HOURS) throw new Error(`schedule must leave at least ${MIN_HOURS} hours between rotations, got ${shortest} in ${expression}; choose fewer hours`);
  return Math.min(shortest, HOURS_A_DAY - hours[hours.length - 1]);
}

/** The hours of a cron field: `*`, `8`, `8-16`, `0/6` and `8-16/4`, and lists of these. Undefined if it is none of them. */
function cronHours(field: string): number[] | undefined {
  const hours = new Set<number>();
  for (const part of field.split(',')) {
    const [, range, start, end, step] = /^(\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part) ?? [];
    if (range === undefined || step === '0') return undefined;
    const first = Number(start ?? 0);
    const last = Number(end ?? (range === '*' || step ? HOURS_A_DAY - 1 : first));
    if (first >= HOURS_A_DAY || last >= HOURS_A_DAY) return undefined;
    for (let hour = first; hour <= last; hour += Number(step ?? 1)) hours.add(hour);
  }
  return [...hours].sort((a, b) => a - b);
}

function window(rotationWindow: Duration | undefined, longest: number): string | undefined {
  if (!rotationWindow || rotationWindow.isUnresolved()) return rotationWindow && `${rotationWindow.toHours()}h`;
  const hours = rotationWindow.toHours({ integral: false });
  if (!Number.isInteger(hours) || hours < 1 || hours > longest) {
    throw new Error(`rotationWindow must be whole hours from 1 to ${longest} with this schedule, because it must end on the day it begins (UTC) `
      + `and before the next rotation, got ${rotationWindow.toHumanString()}; choose such a window`);
  }
  return `${hours}h`;
}
