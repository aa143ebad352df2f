import { HOST, IIS, json, NEW, OLD, OTHER_VERSION, scriptOf, version, VERSION, virtualServer, windows } from './documents';
import { describeTable, Row } from './table';
import { Objects, SECRET_ARN } from './windows-node';
import { CredentialDocument, CredentialFormat } from '../../src';

const HELD = { 'IIsSmtpServerSetting:SmtpSvc/1': { RouteUserName: NEW.username, RoutePassword: NEW.password } };
const UNTOUCHED = { 'IIsSmtpServerSetting:SmtpSvc/1': { RouteUserName: OLD.username, RoutePassword: OLD.password } };
const READERS = ['AWS Tools', 'AWS CLI'] as const;
const DENIED = 'User: arn:aws:sts::123456789012:assumed-role/Node is not authorized to perform: secretsmanager:GetSecretValue';
const FULL_HINT = /; the instance role needs secretsmanager:GetSecretValue and secretsmanager:DescribeSecret .*: use grantRead\(role\)$/;

/** One row for each way to read the secret, unless one is told. */
function both(name: string, row: Omit<Row, 'name' | 'script' | 'objects'> & { script?: string; secret: Objects }): Row[] {
  const { secret, script = IIS, ...rest } = row;
  return READERS.filter(reader => row.reader === undefined || row.reader === reader).map(reader => ({
    versionId: VERSION,
    ...rest,
    name: `${name}: ${reader}`,
    script,
    reader,
    objects: windows(virtualServer(), secret),
    after: row.after ?? (row.outcome === 'applied' ? HELD : UNTOUCHED),
  }));
}

/** How it was read makes no difference to a value: the short share reads it in one way. */
const value = (name: string, text: string, outcome: Row['outcome'], script?: string) =>
  both(name, { secret: version(text), outcome, script }).map((row, index) => ({ ...row, deep: index !== name.length % 2 }));
const fieldsOf = (username: string, password: string) =>
  scriptOf(CredentialDocument.iisSmtp(), { format: CredentialFormat.json({ fields: { username, password } }) });
const COLON = scriptOf(CredentialDocument.iisSmtp(), { format: CredentialFormat.usernameColonPassword() });

const NO_KEY_ID = `version ${VERSION} has no access key id where one is expected`;
const NO_PASSWORD = `version ${VERSION} has no SES SMTP password where one is expected`;
const NOT_JSON = `version ${VERSION} is not JSON`;
const NO_OBJECT = `version ${VERSION} is not a JSON object`;
const DEEP_JSON = `version ${VERSION} is not JSON of at most 100 levels`;
/** A credential beside a field that is nested: recursion without end would end PowerShell, or its patience. */
const nested = (depth: number, open: string, close: string) => json(NEW).replace(/\}$/, `,"nested":${open.repeat(depth)}1${close.repeat(depth)}}`);
const MIDDLE = NEW.password.slice(10, 34);

describeTable('the secret', [
  ...both('a pending version', { secret: version(json(NEW)), outcome: 'applied' }),
  ...both('a current version', { secret: version(json(NEW), 'AWSCURRENT,AWSPENDING'), outcome: 'applied' }),
  ...both('a given-up version', { secret: version(json(NEW), 'AWSPREVIOUS'), outcome: `version ${VERSION} is no longer pending or current, so it is not applied` }),
  ...both('a version without a label', { secret: version(json(NEW), ''), outcome: 'is no longer pending or current' }),
  ...both('a version that does not exist', { secret: version(json(NEW), 'AWSCURRENT', OTHER_VERSION), outcome: /could not be read: .*can't find the specified secret value.*use grantRead\(role\)$/ }),
  ...both('no version id, and no rotation', { versionId: '', secret: version(json(NEW), 'AWSCURRENT'), outcome: 'applied' }),
  ...both('no version id, and one that is being delivered', {
    versionId: '', outcome: 'applied', secret: { ...version(json(OLD), 'AWSCURRENT', OTHER_VERSION), ...version(json(NEW), `AWSPENDING,SES_SMTP_DELIVERED_${VERSION}`) },
  }),
  ...both('no version id, and one that is not delivered yet', {
    versionId: '', outcome: 'applied', secret: { ...version(json(OLD), 'AWSPENDING', OTHER_VERSION), ...version(json(NEW), 'AWSCURRENT') },
  }),
  ...both('no version at all', { versionId: '', secret: {}, outcome: `${SECRET_ARN} has no current version` }),
  ...both('a binary secret', { secret: { [`version:${VERSION}`]: { binary: true, stages: 'AWSPENDING' } }, outcome: `version ${VERSION} is binary, not text` }),
  ...both('a version without a value', { secret: { [`version:${VERSION}`]: { value: '', stages: 'AWSPENDING' } }, outcome: NO_KEY_ID }),
  ...both('an agent that pastes the parameters', { oldAgent: true, secret: version(json(NEW)), outcome: 'applied' }),
  ...both('an agent that pastes no version id', { oldAgent: true, versionId: '', secret: version(json(NEW), 'AWSCURRENT'), outcome: 'applied' }),
  ...both('a rotation that ends while the document runs', {
    reader: 'AWS Tools',
    versionId: '',
    secret: version(json(NEW), 'AWSCURRENT', OTHER_VERSION),
    outcome: `${SECRET_ARN} has no current version`,
    after: HELD,
    faults: [{ call: 'describe-secret', at: 2, action: 'set', message: `version:${OTHER_VERSION}\tstages\tAWSPREVIOUS` }],
  }),
]);

/** Words and numbers that languages compare and write in their own ways, among them the letter I and the day of the calendar. */
describeTable('a node in another language', ['tr-TR', 'az-Latn-AZ', 'de-DE', 'ja-JP', 'fa-IR', 'th-TH'].flatMap((culture): Row[] => {
  const versionId = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789';
  const relays = {
    ...virtualServer(1, { SmartHost: 'EMAIL-SMTP.EU-WEST-1.AMAZONAWS.COM', RouteAction: 0x100, AlwaysUseSsl: true }),
    'IIsSmtpDomainSetting:SmtpSvc/1/DOMAIN/I.example': {
      RouteActionString: `[${HOST}]`, RouteAction: 0x100, RouteUserName: OLD.username, RoutePassword: OLD.password,
    },
  };
  return READERS.map(reader => ({
    name: `${culture}: ${reader}`,
    script: IIS,
    culture,
    deep: culture !== 'tr-TR',
    reader,
    versionId,
    outcome: 'applied',
    objects: windows(relays, version(json(NEW), 'AWSPENDING', versionId)),
    after: Object.fromEntries(Object.keys(relays).map(name => [name, { RouteUserName: NEW.username, RoutePassword: NEW.password }])),
  }));
}));

describeTable('a value', [
  ...value('fields that somebody added', json(NEW, { note: 'it\'s "quoted" \\ and { braces } [', list: [1, { a: [] }], none: null, yes: true, float: -1.5e-3, る: 'ソ' }), 'applied'),
  ...both('letters that the code page of the system does not have', { reader: 'AWS CLI', secret: version(json(NEW, { note: 'ń → ソ 表' })), outcome: 'applied' }),
  ...value('escapes', `{"username":"\\u0041${NEW.username.slice(1)}","password":"${NEW.password.replaceAll('/', '\\/')}"}`, 'applied'),
  ...value('white space', `\r\n\t{ "username" : "${NEW.username}" ,\n "password":\t"${NEW.password}" }\r\n`, 'applied'),
  ...value('a field whose name differs in case only', json(NEW, { Password: 'another', PASSWORD: 'a third', UserName: 'x' }), 'applied'),
  ...value('a field without a name', json(NEW, { '': 'x' }), 'applied'),
  ...value('fields that differ in case only, by choice', JSON.stringify({ login: NEW.username, LOGIN: NEW.password }), 'applied', fieldsOf('login', 'LOGIN')),
  ...value('names with dots and dashes', JSON.stringify({ 'user.na-me': NEW.username, 'pass.word': NEW.password }), 'applied', fieldsOf('user.na-me', 'pass.word')),
  ...value('the name of a method', JSON.stringify({ Keys: NEW.username, Count: NEW.password }), 'applied', fieldsOf('Keys', 'Count')),
  ...value('the last of two fields with one name', `{"username":"x","username":"${NEW.username}","password":"${NEW.password}"}`, 'applied'),
  ...value('username:password', `${NEW.username}:${NEW.password}`, 'applied', COLON),
  ...value('username:password and a line feed', `${NEW.username}:${NEW.password}\r\n`, 'applied', COLON),
  ...value('username:password from before a change to JSON', `${NEW.username}:${NEW.password}`, 'applied'),
  ...value('JSON where username:password is expected', json(NEW), NO_KEY_ID, COLON),
  ...value('the value that a secret is born with', json({ username: '', password: '' }), NO_KEY_ID),
  ...value('a user name in lower case', json({ ...NEW, username: NEW.username.toLowerCase() }), NO_KEY_ID),
  ...value('a user name and a line feed', json({ ...NEW, username: `${NEW.username}\n` }), NO_KEY_ID),
  ...value('a password that is none of SES', json({ ...NEW, password: 'A"b\'c' }), NO_PASSWORD),
  ...value('a password and a line feed', json({ ...NEW, password: `${NEW.password}\n` }), NO_PASSWORD),
  ...value('a missing password', JSON.stringify({ username: NEW.username }), NO_PASSWORD),
  ...value('a missing user name', JSON.stringify({ password: NEW.password }), NO_KEY_ID),
  ...value('names of another case', JSON.stringify({ Username: NEW.username, Password: NEW.password }), NO_KEY_ID),
  ...value('an array in place of the object', `[${json(NEW)}]`, NO_OBJECT),
  ...value('an array of two', `[${json(NEW)},${json(NEW)}]`, NO_OBJECT),
  ...value('an array with something else', `[{},${json(NEW)}]`, NO_OBJECT),
  ...value('a text in place of the object', JSON.stringify(json(NEW)), NO_OBJECT),
  ...value('a list for a user name', JSON.stringify({ ...NEW, username: [NEW.username] }), NO_KEY_ID),
  ...value('lists for both', JSON.stringify({ username: [NEW.username], password: [NEW.password, NEW.password] }), NO_KEY_ID),
  ...value('an empty list for a password', JSON.stringify({ ...NEW, password: [] }), NO_PASSWORD),
  ...value('an object for a password', JSON.stringify({ ...NEW, password: { value: NEW.password } }), NO_PASSWORD),
  ...value('a number and null', JSON.stringify({ username: 5, password: null }), NO_KEY_ID),
  ...value('JSON that is cut off', json(NEW).slice(0, -3), NOT_JSON),
  ...value('JSON that is cut off within the password', json(NEW).slice(0, json(NEW).indexOf(MIDDLE) + 10), NOT_JSON),
  ...value('two objects', `${json(NEW)}${json(NEW)}`, NOT_JSON),
  ...value('a comma at the end', json(NEW).replace(/\}$/, ',}'), NOT_JSON),
  ...value('single quotes', json(NEW).replaceAll('"', '\''), NOT_JSON),
  ...value('a comment', `${json(NEW)} // new`, NOT_JSON),
  ...value('a line feed in a text', json(NEW, { note: 'one' }).replace('one', 'o\ne'), NOT_JSON),
  ...value('a bare name', `{username:"${NEW.username}","password":"${NEW.password}"}`, NOT_JSON),
  ...value('a byte order mark within', `{"username":"${NEW.username}",\ufeff"password":"${NEW.password}"}`, NOT_JSON),
  ...value('a depth of 90', nested(90, '{"a":', '}'), 'applied'),
  ...[2_000, 10_000].flatMap(depth => [
    ...value(`objects to a depth of ${depth}`, nested(depth, '{"a":', '}'), DEEP_JSON),
    ...value(`arrays to a depth of ${depth}`, nested(depth, '[', ']'), DEEP_JSON),
    ...value(`arrays that are open to a depth of ${depth}`, nested(depth, '[', ''), DEEP_JSON),
  ]),
]);

describeTable('Secrets Manager', [
  ...both('a refusal', {
    secret: version(json(NEW)),
    faults: [{ call: 'get-secret-value', action: 'refuse', message: DENIED }],
    outcome: new RegExp(`${SECRET_ARN} could not be read: ${DENIED}${FULL_HINT.source}`),
    also: ({ calls }) => { if (calls.filter(({ name }) => name === 'sleep').map(call => call.arguments).join() !== '2,4,8') throw new Error('it waits 2, 4 and 8 seconds'); },
  }),
  ...both('a refusal of labels', {
    versionId: '',
    secret: version(json(NEW), 'AWSCURRENT'),
    faults: [{ call: 'describe-secret', action: 'refuse', message: DENIED }],
    outcome: new RegExp(`could not be read: ${DENIED}${FULL_HINT.source}`),
  }),
  ...both('a refusal in several lines', {
    secret: version(json(NEW)),
    faults: [{ call: 'get-secret-value', action: 'refuse', message: 'one\r\nand another' }],
    outcome: new RegExp(`could not be read: .*another${FULL_HINT.source}`),
  }),
  ...both('a refusal of 4,000 characters', {
    secret: version(json(NEW)),
    faults: [{ call: 'get-secret-value', action: 'refuse', message: 'long '.repeat(800) }],
    outcome: FULL_HINT,
    also: ({ stdout }) => { if (stdout.length > 2000) throw new Error('Run Command keeps 2,500 characters'); },
  }),
  ...both('two refusals, and then an answer', {
    secret: version(json(NEW)), faults: [1, 2].map(at => ({ call: 'get-secret-value', at, action: 'refuse' })), outcome: 'applied',
  }),
  ...both('warnings of 3,000 characters', {
    reader: 'AWS Tools', versionId: '', secret: version(json(NEW), 'AWSCURRENT'), outcome: 'applied', faults: ['get-secret-value', 'describe-secret'].map(call => ({ call, action: 'warn' })),
  }),
  ...both('no credentials', {
    reader: 'AWS CLI',
    secret: version(json(NEW)),
    faults: [{ call: 'get-secret-value', action: 'refuse', message: 'Unable to locate credentials. You can configure credentials by running "aws configure".' }],
    outcome: /could not be read: Unable to locate credentials\. .*use grantRead\(role\)$/,
  }),
  ...both('no connection', {
    reader: 'AWS CLI', secret: version(json(NEW)), faults: [{ call: 'get-secret-value', action: 'hang' }], outcome: /could not be read: Connect timeout on endpoint URL/,
  }),
  ...both('an answer that is cut off', {
    reader: 'AWS CLI', secret: version(json(NEW)), faults: [{ call: 'get-secret-value', action: 'cut' }], outcome: /could not be read: the AWS CLI did not answer in JSON; /,
  }),
  ...both('no answer', {
    reader: 'AWS CLI', secret: version(json(NEW)), faults: [{ call: 'get-secret-value', action: 'empty' }], outcome: /could not be read: the AWS CLI did not answer in JSON; /,
  }),
  {
    name: 'no tool at all',
    script: IIS,
    reader: 'nothing',
    versionId: VERSION,
    objects: windows(version(json(NEW)), virtualServer()),
    after: UNTOUCHED,
    outcome: 'neither AWS Tools for PowerShell nor the AWS CLI is installed: install one, and restart the SSM agent, which finds new programs only then',
  },
  ...both('constrained language', { secret: version(json(NEW)), languageMode: 'ConstrainedLanguage', outcome: /^SES_SMTP_CREDENTIAL_FAILED PowerShell runs in ConstrainedLanguage mode here/ }),
  ...both('strict mode', { secret: version(json(NEW)), prelude: 'Set-StrictMode -Version Latest', outcome: 'applied' }),
  ...both('strict mode, and no version', { versionId: '', secret: {}, prelude: 'Set-StrictMode -Version Latest', outcome: 'has no current version' }),
  ...both('a drive without files', { versionId: '', secret: version(json(NEW), 'AWSCURRENT'), prelude: 'Set-Location Variable:', outcome: 'applied' }),
  ...both('errors that do not stop', { secret: version(json(NEW), 'AWSPREVIOUS'), prelude: '$ErrorActionPreference = \'Continue\'', outcome: 'no longer pending' }),
  { ...both('started as the agent starts it', { reader: 'AWS Tools', secret: version(json(NEW)), outcome: 'applied' })[0], alone: true },
  { ...both('started as the agent starts it', { reader: 'AWS CLI', secret: version(json(NEW)), outcome: 'applied' })[0], alone: true },
]);
