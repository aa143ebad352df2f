import fc from 'fast-check';
import { Credential, HOST, json, NEW, OLD, OTHER_VERSION, remoteDomain, ROUTE_ACTION, version, VERSION, virtualServer, windows } from './documents';
import { leaksOf, outcomesOf } from './table';
import { Fault, Objects, Result, Scene, Settings } from './windows-node';

/** A run of the document for the IIS SMTP service, with what it meets. */
export interface Scenario extends Scene {
  /** Whether it can end in APPLIED if nothing goes wrong. */
  readonly possible: boolean;
}

const spelled = fc.constantFrom<(host: string) => string>(
  host => host, host => `[${host}]`, host => `${host}.`, host => ` ${host} `, host => host.toUpperCase(), host => `[${host}];`, host => `${host};${host}`);
const route = fc.oneof(
  { weight: 8, arbitrary: spelled.map(spell => ({ text: spell(HOST), hosts: [HOST] })) },
  { weight: 2, arbitrary: fc.constantFrom('', 'smtp.example.com', `${HOST}.example.com`, `x${HOST}`).map(text => ({ text, hosts: [] as string[] })) },
  { weight: 1, arbitrary: fc.constantFrom(`${HOST};smtp.example.com`, `[10.0.0.1], ${HOST}`).map(text => ({ text, hosts: [HOST, 'another'] })) },
);
const action = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(ROUTE_ACTION, ROUTE_ACTION + 2) },
  { weight: 1, arbitrary: fc.constantFrom(0, 4, 0x100) },
);
const held = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Settings>(holding(OLD)) },
  { weight: 2, arbitrary: fc.constant<Settings>(holding(NEW)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Settings[]>({ RouteUserName: null, RoutePassword: null }, { RouteUserName: 'relay', RoutePassword: 'Any old password' },
      { ...holding(NEW), RoutePassword: OLD.password }),
  },
);
const relay = fc.record({ route, action, held, encrypted: fc.boolean() });

const field = fc.oneof(
  { weight: 8, arbitrary: fc.constant<unknown>(undefined) },
  { weight: 1, arbitrary: fc.constantFrom<unknown[]>(null, 5, '', [NEW.username], [NEW.password], { a: NEW.password }, `${NEW.password}\n`, OLD.password.toLowerCase(), 'A"b\'c', true) },
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
}).map(({ username, password, extra: more, names, layout: lay }) => lay(json(NEW, {
  ...more, ...names, ...username !== undefined && { username }, ...password !== undefined && { password },
})));

const ACTIONS = ['refuse', 'half', 'half-quietly', 'lose-reply', 'ignore', 'empty', 'cut'] as const;
const fault: fc.Arbitrary<Fault> = fc.record({
  call: fc.constant('any'), at: fc.integer({ min: 1, max: 16 }), action: fc.constantFrom(...ACTIONS), message: fc.constantFrom('it refuses', 'it refuses {password}', 'two\r\nlines', 'x'.repeat(3000)),
});
const faults = fc.oneof(fc.constant<Fault[]>([]), fc.array(fault, { minLength: 1, maxLength: 1 }), fc.array(fault, { minLength: 2, maxLength: 3 }),
  fault.map(one => [{ ...one, at: 0, call: 'wmi-put' }]));

export function scenarios(script: string): fc.Arbitrary<Scenario> {
  return fc.record({
    servers: fc.array(relay, { maxLength: 3 }),
    domains: fc.array(relay, { maxLength: 2 }),
    secret,
    faults,
    stages: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom('AWSPENDING', 'AWSCURRENT', `AWSPENDING,SES_SMTP_DELIVERED_${VERSION}`) },
      { weight: 1, arbitrary: fc.constantFrom('', 'AWSPREVIOUS') },
    ),
    reader: fc.constantFrom('AWS Tools' as const, 'AWS CLI' as const),
    given: fc.boolean(),
  }).map(({ servers, domains, secret: value, faults: wrong, stages, reader, given }): Scenario => {
    const relays = Object.assign({}, ...servers.map((each, index) => virtualServer(index + 1, settingsOf(each, 'SmartHost'))),
      ...domains.map((each, index) => remoteDomain(`${index}.example`, settingsOf(each, 'RouteActionString')))) as Objects;
    const wanted = given ? stages !== '' && stages !== 'AWSPREVIOUS' : stages === 'AWSCURRENT' || stages.includes('DELIVERED');
    const ready = Object.keys(relays).filter(name => leadsToEndpoint(relays[name]));
    return {
      script,
      reader,
      versionId: given ? VERSION : '',
      faults: wrong,
      objects: windows(version(value, stages), given ? {} : version(json(OLD), '', OTHER_VERSION), relays),
      possible: wanted && isCredential(value) && ready.length > 0 && ready.every(name => isUsable(name, relays)),
    };
  });
}

function holding({ username, password }: Credential): Settings {
  return { RouteUserName: username, RoutePassword: password };
}

function settingsOf(each: typeof relay extends fc.Arbitrary<infer T> ? T : never, name: 'SmartHost' | 'RouteActionString'): Settings {
  return { [name]: each.route.text, RouteAction: each.action, AlwaysUseSsl: each.encrypted, ...each.held };
}

/** As a person reads it: the endpoint's name is one of those in the route. */
function hostsOf({ SmartHost, RouteActionString }: Settings): string[] {
  return String(SmartHost ?? RouteActionString ?? '').toLowerCase().split(/[;,]/).map(text => text.trim().replace(/^\[|\]$/g, '').replace(/\.$/, '')).filter(text => text !== '');
}

function leadsToEndpoint(settings: Settings): boolean {
  return hostsOf(settings).includes(HOST);
}

function isUsable(name: string, relays: Objects): boolean {
  const server = relays[`IIsSmtpServerSetting:${name.replace(/^[^:]*:/, '').replace(/\/Domain\/.*/, '')}`];
  const flags = Number(relays[name].RouteAction);
  return hostsOf(relays[name]).every(host => host === HOST) && hasFlag(flags, 0x100) && (hasFlag(flags, 4) || String(server?.AlwaysUseSsl) === 'true');
}

function hasFlag(flags: number, flag: number): boolean {
  return Math.floor(flags / flag) % 2 === 1;
}

function isCredential(text: string): boolean {
  try {
    const value = JSON.parse(text) as unknown;
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
    const { username, password } = value as Record<string, unknown>;
    return username === NEW.username && password === NEW.password;
  } catch {
    return false;
  }
}

/** What a run broke of the promises; nothing if it kept them. */
export function broken(scenario: Scenario, result: Result): string[] {
  const problems: string[] = [];
  const outcomes = outcomesOf(result);
  const [line = ''] = outcomes;
  const applied = line.startsWith('SES_SMTP_CREDENTIAL_APPLIED');
  if (outcomes.length !== 1) problems.push(`it prints ${outcomes.length} outcomes`);
  if (result.exitCode !== (applied ? 0 : 1)) problems.push(`it ends with exit code ${result.exitCode}`);
  if (result.stdout.split(/\r?\n/).some(text => text !== '' && text !== line) || result.stderr.trim() !== '') problems.push('it prints something else');
  if (line.length > 2000) problems.push('its line is too long for Run Command');
  for (const place of leaksOf(result, [NEW.password, OLD.password, 'Any old password'])) problems.push(`a password is in ${place}`);
  if (applied && !scenario.possible) problems.push('it says APPLIED where nothing can be applied');
  if (!applied && scenario.possible && scenario.faults?.length === 0) problems.push('it fails where nothing is wrong');
  return [...problems, ...brokenRelays(scenario, result, line)];
}

function brokenRelays(scenario: Scenario, result: Result, line: string): string[] {
  const applied = line.startsWith('SES_SMTP_CREDENTIAL_APPLIED');
  return Object.entries(scenario.objects).filter(([name]) => name.startsWith('IIsSmtp')).flatMap(([name, before]) => {
    const after = result.objects[name];
    const kept = same(before, after);
    const isNew = same(holding(NEW), after);
    if (!leadsToEndpoint(before)) return kept ? [] : [`${name} is changed, which is not for the endpoint`];
    if (applied) return isNew ? [] : [`it says APPLIED, and ${name} does not hold the credential`];
    const told = line.includes(`${name.replace(/^[^:]*:/, '')} `) ? line : '';
    if (/it holds what it held before|was put back/.test(told) && line.includes(`FAILED ${name.replace(/^[^:]*:/, '')} `) && !kept) return [`it says that ${name} holds what it held before`];
    if (/; it holds the new credential/.test(told) && line.includes(`FAILED ${name.replace(/^[^:]*:/, '')} `) && !isNew) return [`it says that ${name} holds the new credential`];
    // One thing that goes wrong is no reason to leave half a credential.
    const excused = (scenario.faults ?? []).length > 1 && /neither the old nor the new|cannot be read/.test(told);
    return kept || isNew || excused ? [] : [`${name} holds neither the old nor the new credential, and nobody says so`];
  });
}

function same(one: Settings, other: Settings): boolean {
  return ['RouteUserName', 'RoutePassword'].every(name => String(one[name] ?? '') === String(other[name] ?? ''));
}
