import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnWaitConditionHandle, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { EmailIdentity } from 'aws-cdk-lib/aws-ses';
import { CredentialDocument, MailServerFleet, MailServerTargets, SesSmtpCredentialRotation, SesSmtpCredentialRotationProps } from '../../src';
import { World } from '../world';
import { Template } from '../world/cloudformation/template';
import { NodeOptions } from '../world/nodes';

/** A construct with its mail servers, as somebody deploys it. */
export interface Setup {
  readonly name: string;
  /** What the construct is given on top of an identity. */
  readonly props: (stack: Stack, document: CredentialDocument) => Partial<SesSmtpCredentialRotationProps>;
  readonly servers: NodeOptions[];
  /** What somebody made before the stack. */
  readonly before?: (world: World) => void;
  /** Whether a consumer goes on with the previous credential for a day. */
  readonly lingers?: boolean;
  /** The construct's id. */
  readonly id?: string;
}

/** The resource that comes after all of the construct. */
export const LAST_RESOURCE = 'Last';

const NEWS = { tags: { Servers: 'News' } };
const BILLING = { tags: { Servers: 'Billing' } };

export const NO_FLEET: Setup = { name: 'no fleet', props: () => ({}), servers: [] };

/** Nobody gives the consumer the new credential in time. */
export const LINGERING_CONSUMER: Setup = { ...NO_FLEET, name: 'no fleet, and a consumer that uses the previous key for a day', lingers: true };

/** A password for each of two regions, and a message sent in both. */
export const TWO_REGIONS: Setup = {
  name: 'no fleet, two regions, a test message',
  props: () => ({ additionalRegions: ['eu-central-1'], testMessage: { sender: 'news@example.com' } }),
  servers: [],
};

export const ONE_FLEET: Setup = {
  name: 'one fleet',
  props: (_stack, document) => ({ mailServers: [fleet(MailServerTargets.tag('Servers', 'News'), document)] }),
  servers: [{ instanceId: 'i-00000001', ...NEWS }, { instanceId: 'mi-00000000000000002', ...NEWS }],
};

/** The fleet may take longer than a step of the rotation. */
export const PATIENT_FLEET: Setup = {
  ...ONE_FLEET,
  name: 'one fleet that is given an hour',
  props: (_stack, document) => ({ mailServers: [{ ...fleet(MailServerTargets.tag('Servers', 'News'), document), timeout: Duration.hours(1) }] }),
};

/** The previous key goes with the rotation that has replaced it. */
export const NO_GRACE: Setup = {
  ...ONE_FLEET,
  name: 'one fleet, and no grace',
  props: (stack, document) => ({ ...ONE_FLEET.props(stack, document), gracePeriod: Duration.seconds(0) }),
};

/** Secrets Manager leaves AWSPENDING where it was, beside AWSCURRENT, until the next rotation takes it. */
export const LINGERING_LABEL: Setup = {
  ...ONE_FLEET,
  name: 'one fleet, AWSPENDING staying beside AWSCURRENT',
  before: world => { world.rotation.pendingLabelLingers = true; },
};

export const TWO_FLEETS: Setup = {
  name: 'two fleets',
  props: (stack, document) => ({
    encryptionKey: new kms.Key(stack, 'Key'),
    mailServers: [fleet(MailServerTargets.tag('Servers', 'News'), document), fleet(MailServerTargets.managedNodes('mi-00000000000000003'), document)],
  }),
  servers: [{ instanceId: 'i-00000001', ...NEWS }, { instanceId: 'mi-00000000000000003', ...BILLING }],
};

/** More servers than one page of invocations has. */
export const LARGE_FLEET: Setup = {
  name: 'a fleet of 60',
  props: (_stack, document) => ({ mailServers: [fleet(MailServerTargets.resourceGroup('mail-servers'), document)] }),
  servers: Array.from({ length: 60 }, (_, index) => ({ instanceId: `${index < 50 ? '' : 'm'}i-00000000000000${100 + index}`, resourceGroups: ['mail-servers'] })),
};

/** A user and a secret that somebody made: the secret has no version at all. */
export const IMPORTED: Setup = {
  name: 'an imported user and an empty imported secret',
  props: (stack, document) => ({
    user: iam.User.fromUserName(stack, 'User', 'mailer'),
    secret: secretsmanager.Secret.fromSecretNameV2(stack, 'Secret', 'prod/smtp'),
    mailServers: [fleet(MailServerTargets.tag('Servers', 'News'), document)],
  }),
  servers: ONE_FLEET.servers,
  before: world => {
    world.iam.createUser({ name: 'mailer' });
    world.setupSecret({ name: 'prod/smtp' });
  },
};

/** As before, where the first value does not become current by itself: AWS does not say which it is. */
export const IMPORTED_LABEL_LATER: Setup = {
  ...IMPORTED,
  name: 'an empty imported secret whose first value is not current at once',
  before: world => {
    IMPORTED.before?.(world);
    world.secretsManager.firstVersionGetsCurrent = false;
  },
};

export const ALL_SETUPS = [NO_FLEET, TWO_REGIONS, ONE_FLEET, NO_GRACE, LINGERING_LABEL, TWO_FLEETS, LARGE_FLEET, IMPORTED, IMPORTED_LABEL_LATER];

const templates = new Map<Setup, Map<CredentialDocument, Template>>();

/** Synthesized once for each setup and document: a thousand worlds are deployed from it. */
export function templateOf(setup: Setup, document: CredentialDocument): Template {
  const known = templates.get(setup) ?? new Map<CredentialDocument, Template>();
  templates.set(setup, known);
  const template = known.get(document) ?? synthesize(setup, document);
  known.set(document, template);
  return template;
}

export function fleet(targets: MailServerTargets, document: CredentialDocument): MailServerFleet {
  return { targets, document, timeout: Duration.minutes(2) };
}

function synthesize(setup: Setup, document: CredentialDocument): Template {
  const outdir = mkdtempSync(join(tmpdir(), 'assembly-'));
  try {
    const app = new App({ outdir });
    const stack = new Stack(app, 'Mail');
    const identities = [EmailIdentity.fromEmailIdentityName(stack, 'Domain', 'example.com')];
    const rotation = new SesSmtpCredentialRotation(stack, setup.id ?? 'Newsletter', { identities, ...setup.props(stack, document) });
    new CfnWaitConditionHandle(stack, LAST_RESOURCE).node.addDependency(rotation);
    return app.synth().getStackByName('Mail').template as Template;
  } finally {
    rmSync(outdir, { recursive: true });
  }
}
