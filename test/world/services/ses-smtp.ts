import { createHmac } from 'node:crypto';
import type { Clock } from '../time/clock';

/** An access key as IAM holds it. */
export interface AccessKeyRecord {
  readonly userName: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly status: 'Active' | 'Inactive';
  readonly createDate: Date;
}

export interface CredentialSource {
  findAccessKey(accessKeyId: string): AccessKeyRecord | undefined;
  /** Hears of every login that is accepted. */
  noteLogin?(accessKeyId: string, region: string): void;
}

/** What the endpoint does to keys that it has not known for long, and to its clients' connections. */
export interface SmtpFaults {
  /** Milliseconds after its creation during which a key is refused. */
  readonly propagationDelay?: number;
  /**
   * What the tries of a new key meet once it has propagated: true accepts. After the last one the key has
   * settled. Keys that are older than the fault, or have authenticated before it, do not flap.
   */
  readonly flapping?: readonly boolean[];
  /** Closes the connection after a 535; otherwise the client may try again on it. */
  readonly closeAfterRefusal?: boolean;
  /** Answers 454 to the tries for which this returns true, whatever the credential. */
  readonly temporaryFailure?: (username: string) => boolean;
}

export interface SesSmtpOptions {
  readonly credentials: CredentialSource;
  readonly clock: Pick<Clock, 'now'>;
  /** Whether the user may `ses:SendRawEmail` as this address. Everybody may if it is left out. */
  readonly maySend?: (userName: string, from: string, options: SendingOptions) => boolean;
  readonly partition?: string;
  readonly accountId?: string;
  readonly faults?: SmtpFaults;
}

/** What a policy may ask about a message. */
export interface SendingOptions {
  readonly region?: string;
  readonly configurationSet?: string;
  readonly sourceIp?: string;
}

export type LoginResult =
  | { readonly ok: true; readonly userName: string }
  | { readonly ok: false; readonly code: 535 | 454; readonly message: string; readonly close?: boolean };

export interface Mail {
  /** The access key id that the connection logged in with. */
  readonly username: string;
  /** The envelope's sender. */
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  readonly region: string;
}

export type MailResult =
  | { readonly ok: true; readonly messageId: string }
  | { readonly ok: false; readonly code: 554 | 454; readonly message: string };

export interface LoginRecord {
  readonly at: number;
  readonly username: string;
  readonly region: string;
  readonly code: 235 | 535 | 454;
}

export interface MailRecord extends Mail {
  readonly at: number;
  readonly userName: string;
}

export interface RefusedMailRecord extends MailRecord {
  readonly message: string;
}

const INVALID = 'Authentication Credentials Invalid';

/** The SMTP password that SES expects for a secret access key in a region. */
export function expectedPassword(secretAccessKey: string, region: string): string {
  const chain = ['11111111', region, 'ses', 'aws4_request', 'SendRawEmail'];
  const signature = chain.reduce<Buffer>(
    (key, message) => createHmac('sha256', key).update(message, 'utf8').digest(),
    Buffer.from(`AWS4${secretAccessKey}`, 'utf8'),
  );
  return Buffer.concat([Buffer.of(0x04), signature]).toString('base64');
}

/** What the SES SMTP endpoint knows and decides, without a socket. */
export class SesSmtp {
  public readonly logins: LoginRecord[] = [];
  public readonly accepted: MailRecord[] = [];
  public readonly refused: RefusedMailRecord[] = [];
  /** The public address that messages come from. Undefined through a VPC endpoint. */
  public sourceIp?: string = '198.51.100.1';
  private readonly owners = new Map<string, string>();
  private readonly tries = new Map<string, number>();
  private settled = new Set<string>();
  private faultsSince = 0;
  private faults: SmtpFaults = {};

  constructor(private readonly options: SesSmtpOptions) {
    this.setFaults(options.faults ?? {});
  }

  /** Replaces all faults; `setFaults({})` ends them. */
  public setFaults(faults: SmtpFaults): void {
    this.faults = faults;
    this.faultsSince = this.options.clock.now();
    this.settled = new Set(this.owners.keys());
    this.tries.clear();
  }

  public login(username: string, password: string, { region }: { readonly region: string }): LoginResult {
    const result = this.judge(username, password, region);
    this.logins.push({ at: this.options.clock.now(), username, region, code: result.ok ? 235 : result.code });
    if (!result.ok) return result;
    this.owners.set(username, result.userName);
    this.options.credentials.noteLogin?.(username, region);
    return result;
  }

  /** Takes a message at the end of DATA from a connection that has logged in. */
  public accept(mail: Mail): MailResult {
    const userName = this.owners.get(mail.username);
    if (userName === undefined) throw new Error(`${mail.username} has not logged in`);
    const record: MailRecord = { ...mail, at: this.options.clock.now(), userName };
    const denied = this.deniedResource(userName, mail);
    if (denied !== undefined) {
      const message = this.accessDenied(userName, mail.region, denied);
      this.refused.push({ ...record, message });
      return { ok: false, code: 554, message };
    }
    this.accepted.push(record);
    return { ok: true, messageId: `world-${this.accepted.length}` };
  }

  private judge(username: string, password: string, region: string): LoginResult {
    if (this.faults.temporaryFailure?.(username)) {
      return { ok: false, code: 454, message: 'Temporary authentication failure' };
    }
    const key = this.options.credentials.findAccessKey(username);
    const valid = key?.status === 'Active' && password === expectedPassword(key.secretAccessKey, region);
    if (!valid || !this.hasPropagated(key) || !this.nextOutcome(key)) {
      return { ok: false, code: 535, message: INVALID, close: this.faults.closeAfterRefusal ?? false };
    }
    return { ok: true, userName: key.userName };
  }

  private hasPropagated(key: AccessKeyRecord): boolean {
    return this.options.clock.now() >= key.createDate.getTime() + (this.faults.propagationDelay ?? 0);
  }

  private nextOutcome({ accessKeyId, createDate }: AccessKeyRecord): boolean {
    if (this.settled.has(accessKeyId) || createDate.getTime() < this.faultsSince) return true;
    const count = this.tries.get(accessKeyId) ?? 0;
    this.tries.set(accessKeyId, count + 1);
    return this.faults.flapping?.[count] ?? true;
  }

  /** What the user may not use: the identity, or the configuration set of the message. */
  private deniedResource(userName: string, { from, raw, region }: Mail): string | undefined {
    const { maySend = () => true } = this.options;
    const { sourceIp } = this;
    if (!maySend(userName, from, { region, sourceIp })) return `identity/${from.slice(from.lastIndexOf('@') + 1)}`;
    const [, configurationSet] = /^X-SES-CONFIGURATION-SET: (.*)\r$/m.exec(raw) ?? [];
    return maySend(userName, from, { region, sourceIp, configurationSet }) ? undefined : `configuration-set/${configurationSet}`;
  }

  private accessDenied(userName: string, region: string, resource: string): string {
    const { partition = 'aws', accountId = '111122223333' } = this.options;
    const user = `arn:${partition}:iam::${accountId}:user/${userName}`;
    return `Access denied: User \`${user}' is not authorized to perform \`ses:SendRawEmail' on resource \`arn:${partition}:ses:${region}:${accountId}:${resource}'`;
  }
}
