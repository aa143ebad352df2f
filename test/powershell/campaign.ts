import fc from 'fast-check';
import { Credential, HOST, json, OLD, OTHER_VERSION, version, VERSION, windows } from './documents';
import { LIVE } from './endpoint';
import { isKept, leaksOf, outcomesOf } from './table';
import { Fault, Objects, Result, Scene, Settings } from './windows-node';

/** A run of a document, with what it meets. */
export interface Scenario extends Scene {
  /** Whether it can end in APPLIED if nothing goes wrong. */
  readonly possible: boolean;
}

/** What relays on a kind of mail server, and how the campaign reads it. */
export interface MailServer {
  readonly name: string;
  readonly script: string;
  readonly relays: fc.Arbitrary<Objects>;
  /** The calls that change something. */
  readonly writes: readonly string[];
  /** What its objects call user name and password. */
  readonly user: string;
  readonly password: string;
  /** Whether it never shows a password. */
  readonly isHidden?: boolean;
  /** How the document calls an object; `undefined` if it is none that relays. */
  readonly nameOf: (key: string) => string | undefined;
  readonly hostsOf: (settings: Settings) => string[];
  /** Whether it would use a credential, and with TLS. */
  readonly isUsable: (key: string, relays: Objects) => boolean;
}

/** What else a relay can hold. */
export const ANY_PASSWORD = 'Any "old" pass`word $(1)';
const SECRETS = [LIVE.password, OLD.password, ANY_PASSWORD];

const field = fc.oneof(
  { weight: 8, arbitrary: fc.constant<unknown>(undefined) },
  { weight: 1, arbitrary: fc.constantFrom<unknown[]>(null, 5, '', [LIVE.username], [LIVE.password], { a: LIVE.password }, `${LIVE.password}\n`, OLD.password.toLowerCase(), 'A"b\'c', true) },
);
const extra = fc.dictionary(fc.string({ maxLength: 4, unit: 'binary' }), fc.jsonValue({ maxDepth: 2, stringUnit: 'binary' }), { maxKeys: 4 });
const cased = fc.constantFrom<Record<string, unknown>[]>({}, {}, {}, { Password: 'x' }, { 'USERNAME': 'x', '': 1 });
const layout = fc.constantFrom<((text: string) => string)[]>(
  text => text, text => ` \r\n${text}\n`, text => text.replaceAll(':', ' :\t'), text => text.replaceAll('/', '\\/'), text => `${text}${text}`, text => `[${text}]`, text => text.slice(0, -2),
text => text.replaceAll('"', '\''), text => JSON.stringify(text), text => text.replace(/\}$/, ',}'), text => `${text}x`);
const secret = fc.record({
  username: field,
  password: field,
  extra,
  names: cased,
  layout: fc.oneof({ weight: 5, arbitrary: fc.constant((text: string) => text) }, { weight: 2, arbitrary: layout }),
}).map(({ username, password, extra: more, names, layout: lay }) => lay(json(LIVE, {
  ...more, ...names, ...username !== undefined && { username }, ...password !== undefined && { password },
})));

const ACTIONS = ['refuse', 'half', 'half-quietly', 'lose-reply', 'ignore', 'empty', 'cut', 'warn'] as const;
const CULTURES = ['', '', '', 'tr-TR', 'de-DE', 'ja-JP', 'fa-IR'];
const action = fc.record({ action: fc.constantFrom(...ACTIONS), message: fc.constantFrom('it refuses', 'it refuses {password}', 'two\r\nlines', 'x'.repeat(3000)) });
const fault: fc.Arbitrary<Fault> = action.chain(one => fc.record({ call: fc.constant('any'), at: fc.integer({ min: 1, max: 16 }) }).map(place => ({ ...one, ...place })));

/** Half a credential, twice, and then no way back. */
const stranded = (call: string): Fault[] => [1, 2].map((at): Fault => ({ call, at, action: 'half-quietly' })).concat([3, 4].map((at): Fault => ({ call, at, action: 'refuse' })));

/** All happens, and nobody says so. */
const unanswered = (call: string): Fault[] => [{ call, at: 0, action: 'lose-reply' }];

/** Some at any call, or one at each call that changes something. */
function faults(writes: readonly string[]): fc.Arbitrary<Fault[]> {
  return fc.oneof(fc.constant<Fault[]>([]), fc.array(fault, { minLength: 1, maxLength: 1 }), fc.array(fault, { minLength: 2, maxLength: 3 }),
    fc.tuple(action, fc.constantFrom(...writes)).map(([one, call]) => [{ ...one, at: 0, call }]),
    fc.constantFrom(...writes.flatMap(call => [stranded(call), unanswered(call)])));
}

export function scenarios(server: MailServer, script = server.script): fc.Arbitrary<Scenario> {
  return fc.record({
    relays: server.relays,
    secret,
    faults: faults(server.writes),
    stages: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom('AWSPENDING', 'AWSCURRENT', `AWSPENDING,SES_SMTP_DELIVERED_${VERSION}`) },
      { weight: 1, arbitrary: fc.constantFrom('', 'AWSPREVIOUS') },
    ),
    reader: fc.constantFrom('AWS Tools' as const, 'AWS CLI' as const),
    given: fc.boolean(),
    culture: fc.constantFrom(...CULTURES),
  }).map(({ relays, secret: value, faults: wrong, stages, reader, given, culture }): Scenario => {
    const wanted = given ? stages !== '' && stages !== 'AWSPREVIOUS' : stages === 'AWSCURRENT' || stages.includes('DELIVERED');
    const ready = Object.keys(relays).filter(key => server.nameOf(key) && leadsToEndpoint(server, relays[key]));
    return {
      script,
      reader,
      versionId: given ? VERSION : '',
      faults: wrong,
      ...culture && process.env.WITH_CULTURES && { culture },
      objects: windows(version(value, stages), given ? {} : version(json(OLD), '', OTHER_VERSION), relays),
      possible: wanted && isCredential(value) && ready.length > 0
        && ready.every(key => server.hostsOf(relays[key]).every(host => host === HOST) && server.isUsable(key, relays)),
    };
  });
}

function leadsToEndpoint(server: MailServer, settings: Settings): boolean {
  return server.hostsOf(settings).includes(HOST);
}

function isCredential(text: string): boolean {
  try {
    const value = JSON.parse(text) as unknown;
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
    const { username, password } = value as Record<string, unknown>;
    return username === LIVE.username && password === LIVE.password;
  } catch {
    return false;
  }
}

/** What a run broke of the promises; nothing if it kept them. */
export function broken(server: MailServer, scenario: Scenario, result: Result): string[] {
  const [line = ''] = outcomesOf(result);
  const applied = line.startsWith('SES_SMTP_CREDENTIAL_APPLIED');
  const problems = brokenLine(line, result, SECRETS);
  if (result.stdout.split(/\r?\n/).some(text => text !== '' && text !== line && !text.startsWith('looked at: ')) || result.stderr.trim() !== '') problems.push('it prints something else');
  if (applied && !scenario.possible) problems.push('it says APPLIED where nothing can be applied');
  if (!applied && scenario.possible && scenario.faults?.length === 0) problems.push('it fails where nothing is wrong');
  if (!scenario.possible && scenario.faults?.length === 0 && result.calls.some(({ name }) => server.writes.includes(name))) problems.push('it writes where nothing can be applied');
  return [...problems, ...Object.keys(scenario.objects).flatMap(key => brokenRelay(server, key, scenario, result, line))];
}

/** What is true of every document. */
export function brokenLine(line: string, result: Result, secrets: readonly string[]): string[] {
  const problems: string[] = [];
  const outcomes = outcomesOf(result);
  if (outcomes.length !== 1) problems.push(`it prints ${outcomes.length} outcomes`);
  if (result.exitCode !== (line.startsWith('SES_SMTP_CREDENTIAL_APPLIED') ? 0 : 1)) problems.push(`it ends with exit code ${result.exitCode}`);
  if (!isKept(line, result)) problems.push('Run Command does not keep its line');
  for (const place of leaksOf(result, secrets)) problems.push(`a password is in ${place}`);
  return problems;
}

function brokenRelay(server: MailServer, key: string, scenario: Scenario, result: Result, line: string): string[] {
  const name = server.nameOf(key);
  if (name === undefined) return [];
  const [before, after] = [scenario.objects[key], result.objects[key]];
  const kept = same(server, before, after);
  const isNew = same(server, { [server.user]: LIVE.username, [server.password]: LIVE.password }, after);
  if (!leadsToEndpoint(server, before)) return kept ? [] : [`${name} is changed, which is not for the endpoint`];
  const isHidden = server.isHidden === true || 'mask' in before;
  if (line.startsWith('SES_SMTP_CREDENTIAL_APPLIED')) return isNew || isHidden && canBeMissed(scenario) ? [] : [`it says APPLIED, and ${name} does not hold the credential`];
  const told = line.startsWith(`SES_SMTP_CREDENTIAL_FAILED ${name} `) ? line : '';
  if (/; (it holds what it held before|what it held before was put back)/.test(told) && !kept) return [`it says that ${name} holds what it held before`];
  if (/; it holds the new credential/.test(told) && !isNew) return [`it says that ${name} holds the new credential`];
  if (/it has the user name that it had before/.test(told) && String(before[server.user] ?? '') !== String(after[server.user] ?? '')) return [`it says that ${name} has its user name`];
  // One thing that goes wrong is no reason to leave half a credential, where it can be seen.
  const excused = ((scenario.faults ?? []).length > 1 || isHidden) && /neither the old nor the new|cannot be read/.test(told);
  return kept || isNew || excused || isHidden && canBeMissed(scenario) ? [] : [`${name} holds neither the old nor the new credential, and nobody says so`];
}

/** A password that is lost without a word cannot be seen where it is hidden. */
function canBeMissed({ faults: wrong = [] }: Scenario): boolean {
  return wrong.some(({ action: what }) => what === 'half-quietly' || what === 'ignore');
}

function same({ user, password }: MailServer, one: Settings, other: Settings): boolean {
  return [user, password].every(name => String(one[name] ?? '') === String(other[name] ?? ''));
}

/** What relays hold, in this server's words. */
export function held(user: string, password: string, hidden: fc.Arbitrary<Settings>): fc.Arbitrary<Settings> {
  const holding = ({ username, password: text }: Credential): Settings => ({ [user]: username, [password]: text });
  const settings = fc.oneof(
    { weight: 6, arbitrary: fc.constant(holding(OLD)) },
    { weight: 2, arbitrary: fc.constant(holding(LIVE)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Settings[]>({ [user]: null, [password]: null }, { [user]: 'relay', [password]: ANY_PASSWORD },
        { [user]: LIVE.username, [password]: OLD.password }, { [user]: LIVE.username, [password]: `${LIVE.password}\u200b` }),
    },
  );
  return fc.tuple(settings, hidden).map(([one, more]) => ({ ...one, ...more }));
}
