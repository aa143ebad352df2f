import { createHash } from 'node:crypto';
import { Permissions } from './services/permissions';
import { Clock } from './time/clock';

/** What every service of the world needs to know about the world. */
export interface Environment {
  readonly clock: Clock;
  readonly random: Random;
  readonly permissions: Permissions;
  readonly partition: string;
  readonly urlSuffix: string;
  readonly region: string;
  readonly account: string;
}

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Chance that a seed decides, so that a failing run can be repeated. */
export class Random {
  private counter = 0;

  constructor(private readonly seed: string = 'world') {}

  public hex(length: number): string {
    return this.text('0123456789abcdef', length);
  }

  public uuid(): string {
    const digits = this.hex(32);
    return [digits.slice(0, 8), digits.slice(8, 12), `4${digits.slice(13, 16)}`, `a${digits.slice(17, 20)}`, digits.slice(20)].join('-');
  }

  public upper(length: number): string {
    return this.text(UPPER, length);
  }

  public alphanumeric(length: number): string {
    return this.text(ALPHANUMERIC, length);
  }

  public secretKey(): string {
    return this.text(`${ALPHANUMERIC}+/`, 40);
  }

  private text(alphabet: string, length: number): string {
    let result = '';
    while (result.length < length) {
      for (const byte of this.block()) result += alphabet[byte % alphabet.length];
    }
    return result.slice(0, length);
  }

  private block(): Buffer {
    this.counter += 1;
    return createHash('sha256').update(`${this.seed}:${this.counter}`).digest();
  }
}
