import { Environment } from '../environment';
import { AsynchronousInvocations } from './asynchronous-invocations';
import { Functions } from './deployed-functions';

/** A rule of EventBridge that calls functions by a rate. */
export interface ScheduledRule {
  readonly arn: string;
  readonly interval: number;
  readonly targets: RuleTarget[];
}

export interface RuleTarget {
  readonly functionArn: string;
  /** JSON. */
  readonly input: string;
}

const UNITS: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** EventBridge, as far as it calls functions when their time has come: while somebody lets time pass here. */
export class EventRules {
  public readonly rules: ScheduledRule[] = [];
  /** What the functions failed with. */
  public readonly failures: unknown[] = [];

  constructor(
    private readonly environment: Environment,
    private readonly functions: Functions,
    private readonly invocations: AsynchronousInvocations,
  ) {}

  public add(arn: string, expression: string, targets: RuleTarget[]): void {
    const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
    if (unit === undefined) throw new Error(`the world knows rates only, got ${expression}`);
    this.rules.push({ arn, interval: Number(count) * UNITS[unit], targets });
  }

  public remove(arn: string): void {
    this.rules.splice(0, Infinity, ...this.rules.filter(rule => rule.arn !== arn));
  }

  /** Time passes, in which every rule calls its functions. */
  public async pass(milliseconds: number): Promise<void> {
    const { clock } = this.environment;
    const start = clock.now();
    const due = this.rules.flatMap(rule => Array.from({ length: Math.floor(milliseconds / rule.interval) },
      (_, index) => ({ rule, at: start + (index + 1) * rule.interval })));
    for (const { rule, at } of due.sort((a, b) => a.at - b.at)) {
      await clock.sleep(Math.max(0, at - clock.now()));
      if (this.rules.includes(rule)) await this.fire(rule);
    }
    await clock.sleep(Math.max(0, start + milliseconds - clock.now()));
  }

  private async fire({ arn, targets }: ScheduledRule): Promise<void> {
    for (const { functionArn, input } of targets) {
      const fn = this.functions.find(functionArn);
      if (!fn || !this.functions.mayInvoke(fn, 'events', arn)) throw new Error(`${arn} may not invoke ${functionArn}`);
      await this.invocations.send(fn, JSON.parse(input), this.failures);
    }
  }
}
