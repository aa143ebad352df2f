import { Call, Input, Sequence, Service, Step } from './sequence';

export const SECRET = 'smtp';
export const USER = 'newsletter';
export const OTHER_USER = 'other';

/** Tokens, as long as Secrets Manager wants them. */
export const [FIRST, SECOND, THIRD] = ['first', 'second', 'third'].map(word => `${word}-version`.padEnd(32, '-'));

/** The keys that the first user gets, in order. */
export const key = (number: number): string => `AKIA${'?'.repeat(16)}#${number}`;

type Unlabelled = Omit<Call, 'label'> | Omit<Extract<Step, { event: string }>, 'label'>;

/** A short sequence that tries one rule, in an account with an empty secret and two users. */
export function probe(name: string, ...steps: Unlabelled[]): Sequence {
  const labelled = steps.map((step, index) => ({ ...step, label: `${index + 1}: ${'event' in step ? step.event : step.action}` }) as Step);
  return { name, secrets: [{ name: SECRET }], users: [USER, OTHER_USER], steps: labelled };
}

const call = (service: Service, action: string, input: Input): Unlabelled => ({ service, action, input });

export const secrets = (action: string, input: Input = {}): Unlabelled => call('secretsmanager', action, { SecretId: SECRET, ...input });
export const iam = (action: string, input: Input = {}): Unlabelled => call('iam', action, { UserName: USER, ...input });
export const administer = (service: Service, action: string, input: Input): Unlabelled => ({ service, action, input, administers: true });

export const describeSecret = secrets('DescribeSecret');
export const get = (which: Input = {}): Unlabelled => secrets('GetSecretValue', which);
export const put = (ClientRequestToken: string, SecretString: string, VersionStages?: string[]): Unlabelled =>
  secrets('PutSecretValue', { ClientRequestToken, SecretString, ...(VersionStages ? { VersionStages } : {}) });
export const move = (VersionStage: string, to?: string, from?: string): Unlabelled => secrets('UpdateSecretVersionStage', {
  VersionStage, ...(to === undefined ? {} : { MoveToVersionId: to }), ...(from === undefined ? {} : { RemoveFromVersionId: from }),
});
export const rotationBegins = (token: string): Unlabelled => ({ event: 'rotation begins', secret: SECRET, token });
export const rotationEnds = (token: string): Unlabelled => ({ event: 'rotation ends', secret: SECRET, token });
