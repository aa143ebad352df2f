import { App, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import fc from 'fast-check';
import { held, MailServer } from './campaign';
import { HOST, remoteDomain, ROUTE_ACTION, scriptOf, virtualServer } from './documents';
import { START_TLS } from './endpoint';
import { Objects, Settings } from './windows-node';
import { CredentialDocument } from '../../src';

const spelled = fc.constantFrom<(host: string) => string>(
  host => host, host => `[${host}]`, host => `${host}.`, host => ` ${host} `, host => host.toUpperCase(), host => `[${host}];`, host => `${host};${host}`);
const route = fc.oneof(
  { weight: 8, arbitrary: spelled.map(spell => spell(HOST)) },
  { weight: 2, arbitrary: fc.constantFrom('', 'smtp.example.com', `${HOST}.example.com`, `x${HOST}`) },
  { weight: 1, arbitrary: fc.constantFrom(`${HOST};smtp.example.com`, `[10.0.0.1], ${HOST}`) },
);
const shown = fc.constant<Settings>({});
/** Now and then, one that hides its password. */
const masked = fc.oneof({ weight: 6, arbitrary: shown }, { weight: 1, arbitrary: fc.constantFrom<Settings[]>({ mask: '********' }, { mask: '*' }) });

/** As a person reads it: the endpoint's name is one of those in the route. */
function hostsIn(text: Settings[string] | undefined): string[] {
  return String(text ?? '').toLowerCase().split(/[;,]/).map(host => host.trim().replace(/^\[|\]$/g, '').replace(/\.$/, '')).filter(host => host !== '');
}

const flags = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(ROUTE_ACTION, ROUTE_ACTION + 2) },
  { weight: 1, arbitrary: fc.constantFrom(0, 4, 0x100) },
);
const relay = fc.record({ route, flags, held: held('RouteUserName', 'RoutePassword', masked), encrypted: fc.boolean() })
  .map(({ route: text, flags: RouteAction, held: holds, encrypted: AlwaysUseSsl }) => (name: string): Settings => (
    { [name]: text, RouteAction, AlwaysUseSsl, ...holds }));

function hasFlag(number: number, flag: number): boolean {
  return Math.floor(number / flag) % 2 === 1;
}

export const IIS_SMTP: MailServer = {
  name: 'iisSmtp',
  script: scriptOf(CredentialDocument.iisSmtp({ relayHost: HOST }), { endpoint: START_TLS }),
  relays: fc.tuple(fc.array(relay, { maxLength: 3 }), fc.array(relay, { maxLength: 2 })).map(([servers, domains]) => Object.assign({},
    ...servers.map((each, index) => virtualServer(index + 1, each('SmartHost'))),
    ...domains.map((each, index) => remoteDomain(`${index}.example`, each('RouteActionString')))) as Objects),
  writes: ['wmi-put'],
  user: 'RouteUserName',
  password: 'RoutePassword',
  nameOf: key => /^IIsSmtp\w+:(.*)$/.exec(key)?.[1],
  hostsOf: ({ SmartHost, RouteActionString }) => hostsIn(SmartHost ?? RouteActionString),
  isUsable: (key, relays) => {
    const server = relays[`IIsSmtpServerSetting:${key.replace(/^[^:]*:/, '').replace(/\/Domain\/.*/, '')}`];
    const action = Number(relays[key].RouteAction);
    return hasFlag(action, 0x100) && (hasFlag(action, 4) || String(server?.AlwaysUseSsl) === 'true');
  },
};

const connector = fc.record<Settings>({
  SmartHosts: route.map(text => text.replaceAll(';', ',')),
  Enabled: fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  SmartHostAuthMechanism: fc.oneof({ weight: 8, arbitrary: fc.constant('BasicAuthRequireTLS') }, { weight: 2, arbitrary: fc.constantFrom('BasicAuth', 'None') }),
  RequireTLS: fc.boolean(),
});

export const EXCHANGE: MailServer = {
  name: 'exchangeSendConnector',
  script: scriptOf(CredentialDocument.exchangeSendConnector({ relayHost: HOST }), { endpoint: START_TLS }),
  relays: fc.tuple(fc.array(fc.tuple(connector, held('user', 'password', masked)), { maxLength: 4 }),
    fc.shuffledSubarray(['SES', 'To [a-z]*', 'It\'s "new" $(1) `n', 'ı'], { minLength: 4 }))
    .map(([connectors, names]): Objects => Object.assign({ exchange: { installed: true } },
      ...connectors.map(([settings, holds], index) => ({ [`SendConnector:${names[index]}`]: { ...settings, ...holds } })))),
  writes: ['exchange-set'],
  user: 'user',
  password: 'password',
  nameOf: key => /^SendConnector:(.*)$/.exec(key)?.[1],
  hostsOf: ({ SmartHosts }) => hostsIn(SmartHosts),
  isUsable: (key, relays) => {
    const { Enabled, SmartHostAuthMechanism, RequireTLS } = relays[key];
    return Enabled === false || SmartHostAuthMechanism === 'BasicAuthRequireTLS' || SmartHostAuthMechanism === 'BasicAuth' && RequireTLS === true;
  },
};

const ADMINISTRATOR_ARN = 'arn:aws:secretsmanager:eu-west-2:123456789012:secret:hmail-AbCdEf';
const ADMINISTRATOR = 'The "administrator"';
const administratorSecret = Secret.fromSecretCompleteArn(new Stack(new App(), 'Servers'), 'Administrator', ADMINISTRATOR_ARN);
const security = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(1, 2, 3) }, { weight: 1, arbitrary: fc.constant(0) });
const authenticates = fc.oneof({ weight: 8, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) });
const relayer = fc.record<Settings>({ SMTPRelayer: route, ConnectionSecurity: security, RequiresAuthentication: authenticates });
const mailRoute = fc.record<Settings>({ TargetSMTPHost: route, ConnectionSecurity: security, RelayerRequiresAuth: authenticates });
const holdsHidden = held('user', 'password', shown);

export const HMAILSERVER: MailServer = {
  name: 'hMailServer',
  script: scriptOf(CredentialDocument.hMailServer({ administratorSecret, relayHost: HOST }), { endpoint: START_TLS }),
  relays: fc.tuple(fc.tuple(relayer, holdsHidden), fc.array(fc.tuple(mailRoute, holdsHidden), { maxLength: 3 })).map((
    [[settings, holds], routes]): Objects => Object.assign({
    [`secret:${ADMINISTRATOR_ARN}`]: { value: ADMINISTRATOR, stages: 'AWSCURRENT' },
    'hMailServer:settings': { administrator: ADMINISTRATOR, ...settings, ...holds },
  }, ...routes.map(([one, hold], index) => ({ [`hMailRoute:${index}.example`]: { DomainName: `${index}.example`, ...one, ...hold } })))),
  writes: ['hmail-user', 'hmail-password', 'hmail-save'],
  user: 'user',
  password: 'password',
  isHidden: true,
  nameOf: key => key === 'hMailServer:settings' ? 'the SMTP relayer' : key.replace(/^hMailRoute:/, 'the route of ').replace(/^(?!the route of ).*$/, '') || undefined,
  hostsOf: ({ SMTPRelayer, TargetSMTPHost }) => hostsIn(SMTPRelayer ?? TargetSMTPHost),
  isUsable: (key, relays) => {
    const { ConnectionSecurity, RequiresAuthentication, RelayerRequiresAuth } = relays[key];
    return ConnectionSecurity !== 0 && (RequiresAuthentication ?? RelayerRequiresAuth) === true;
  },
};

export const MAIL_SERVERS: readonly MailServer[] = [IIS_SMTP, EXCHANGE, HMAILSERVER];
