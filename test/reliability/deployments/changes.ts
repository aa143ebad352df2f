import { Duration, Stack } from 'aws-cdk-lib';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { User } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { cleanUpFailures, deleteSecret, giveToOtherFunction, loseKey, loseValue, replaceByHand, revokeTwice } from './deeds';
import { EMPTY_SECRET, IMPORTED_SECRET, IMPORTED_USER, OTHER_REGION } from './names';
import { Change } from './place';
import { CredentialDocument, CredentialFormat, MailServerTargets, SesSmtpCredentialRotationProps, SmtpEndpoint } from '../../../src';
import { World } from '../../world';
import { expectedPassword } from '../../world/services/ses-smtp';
import { fleet, Setup } from '../setups';

type Props = Partial<SesSmtpCredentialRotationProps>;

const IDS = ['i-00000001', 'i-00000002'];
const SERVERS = IDS.map(instanceId => ({ instanceId, tags: { Servers: 'News' } }));
const GRACE = Duration.hours(8);

/** A stack with two mail servers. */
function site(name: string, props: (stack: Stack, document: CredentialDocument) => Props = () => ({}), more: Partial<Setup> = {}): Setup {
  return {
    name,
    props: (stack, document) => ({ gracePeriod: GRACE, mailServers: [news(document)], ...props(stack, document) }),
    servers: SERVERS,
    ...more,
  };
}

const news = (document: CredentialDocument) => fleet(MailServerTargets.tag('Servers', 'News'), document);

/** Makes what the stack imports; servers send with it. */
function importable(world: World): void {
  const { iam, region } = world;
  iam.createUser({ name: IMPORTED_USER });
  const { accessKeyId: username, secretAccessKey } = iam.createAccessKey(IMPORTED_USER);
  world.setupSecret({ name: IMPORTED_SECRET, value: JSON.stringify({ username, password: expectedPassword(secretAccessKey, region), region }) });
}

const withUserOfSomebody = { before: ({ iam }: World) => { iam.createUser({ name: IMPORTED_USER }); } };
const withBoth = { before: importable };

const withEmptySecret = { before: (world: World) => { world.setupSecret({ name: EMPTY_SECRET }); } };

const importedUser = (stack: Stack): Props => ({ user: User.fromUserName(stack, 'Relay', IMPORTED_USER) });
const importedBoth = (stack: Stack): Props => ({ ...importedUser(stack), secret: Secret.fromSecretNameV2(stack, 'RelaySecret', IMPORTED_SECRET) });

const PLAIN = site('two servers');
const format = { credentialFormat: CredentialFormat.usernameColonPassword() };
const region = { endpoint: SmtpEndpoint.regional({ region: OTHER_REGION }) };
const schedule = { schedule: Schedule.rate(Duration.days(10)) };
/** The current key is older than that. */
const daily = { schedule: Schedule.rate(Duration.days(1)) };

function update(name: string, props: Parameters<typeof site>[1], rotations: number): Change {
  return { name, from: PLAIN, to: site(name, props), rotations };
}

/** Every kind of change that docs/deploying.md has a row for. */
export const CHANGES: readonly Change[] = [
  { name: 'the first deployment', to: PLAIN, rotations: 1 },
  { name: 'the first deployment, without mail servers', to: { name: 'no server', props: () => ({ gracePeriod: GRACE }), servers: [] }, rotations: 1 },
  { name: 'the first deployment, over an imported user and secret', to: site('imported', importedBoth, withBoth), rotations: 1 },
  { name: 'the first deployment, with an imported user', to: site('imported user', importedUser, withUserOfSomebody), rotations: 1 },
  update('another name of the user', () => ({ userName: 'newsletter' }), 1),
  { name: 'an imported user', from: site('own user', () => ({}), withUserOfSomebody), to: site('imported user', importedUser), rotations: 1 },
  update('another name of the secret', () => ({ secretName: 'smtp/newsletter' }), 1),
  {
    name: 'an imported secret',
    from: site('own secret', () => ({}), withEmptySecret),
    to: site('imported secret', stack => ({ secret: Secret.fromSecretNameV2(stack, 'Made', EMPTY_SECRET) })),
    rotations: 1,
  },
  update('other names of user and secret', () => ({ secretName: 'smtp/newsletter', userName: 'newsletter' }), 1),
  update('an encryption key', stack => ({ encryptionKey: new Key(stack, 'Key') }), 0),
  update('another format', () => format, 1),
  update('another region', () => region, 1),
  update('an additional region', () => ({ additionalRegions: [OTHER_REGION] }), 1),
  { name: 'mail servers', from: { ...PLAIN, props: () => ({ gracePeriod: GRACE }) }, to: PLAIN, rotations: 0 },
  update('mail servers by their ids', (_stack, document) => ({ mailServers: [fleet(MailServerTargets.managedNodes(...IDS), document)] }), 0),
  update('an association for new mail servers', (_stack, document) => ({ mailServers: [{ ...news(document), applyToNewServers: true }] }), 0),
  { name: 'no mail servers any more', from: PLAIN, to: { ...PLAIN, props: () => ({ gracePeriod: GRACE }) }, rotations: 0 },
  update('another schedule', () => schedule, 1),
  update('a shorter schedule, without a rotation', () => ({ ...daily, rotateImmediatelyOnUpdate: false }), 0),
  update('another schedule and another format', () => ({ ...schedule, ...format }), 1),
  update('another schedule and another region', () => ({ ...schedule, ...region }), 1),
  update('no wait for the first rotation', () => ({ waitForFirstRotation: false }), 0),
  { name: 'another id of the construct', from: PLAIN, to: { ...PLAIN, id: 'Renamed' }, rotations: 1 },
  {
    name: 'another id of the construct, over an imported user and secret',
    from: site('imported', importedBoth, withBoth),
    to: site('renamed', importedBoth, { id: 'Renamed' }),
    rotations: 1,
  },
  { name: 'the last deployment', from: PLAIN, rotations: 0 },
  { name: 'the last deployment, over an imported user and secret', from: site('imported', importedBoth, withBoth), rotations: 0 },
];

const nothing = (name: string, before: Change['before']): Change => ({ name, from: PLAIN, to: { ...PLAIN }, rotations: 0, before });

/** What people do by hand; the watchdog must notice what comes of it. */
export const DEEDS: readonly Change[] = [
  { name: 'the last deployment, of a secret that somebody has deleted', from: PLAIN, rotations: 0, before: deleteSecret },
  nothing('somebody loses the value of the secret', loseValue),
  nothing('somebody puts a new credential into the secret, and deletes the key of before', replaceByHand),
  nothing('somebody gives the secret to another function', giveToOtherFunction),
  nothing('somebody revokes the current key, twice', revokeTwice),
  nothing('somebody cleans up after many rotations that failed over one server', cleanUpFailures),
  {
    ...update('another region, with the next rotation, when somebody has deleted the key', () => ({ ...region, waitForFirstRotation: false }), 0),
    before: loseKey,
  },
];
