import { HOST, IIS, json, MANY_HOSTS, NEW, OLD, remoteDomain, ROUTE_ACTION, scriptOf, version, VERSION, virtualServer, windows } from './documents';
import { describeTable, Row } from './table';
import { Fault, Objects, Settings } from './windows-node';
import { CredentialDocument } from '../../src';

const SERVER = 'IIsSmtpServerSetting:SmtpSvc/';
const DOMAIN = 'IIsSmtpDomainSetting:SmtpSvc/1/Domain/';
const holding = ({ username, password }: typeof NEW): Settings => ({ RouteUserName: username, RoutePassword: password });
const RELAY = scriptOf(CredentialDocument.iisSmtp({ relayHost: 'Relay.Example.com' }));
const ADDRESS = scriptOf(CredentialDocument.iisSmtp({ relayHost: '10.0.0.5' }));
const LIMITED = 'the stand-in refuses the password {password}';

function row(name: string, objects: Objects[], outcome: Row['outcome'], more: Partial<Row> = {}): Row {
  return { name, script: IIS, versionId: VERSION, outcome, objects: windows(version(json(NEW)), ...objects), ...more };
}

/** The host is the endpoint, however it is written. */
const spelled = (host: string, script = RELAY): Row => row(`a smart host "${host}"`, [virtualServer(1, { SmartHost: host })], 'applied', {
  script, after: { [`${SERVER}1`]: holding(NEW) },
});

const refused = (name: string, objects: Objects[], outcome: Row['outcome']): Row =>
  row(name, objects, outcome, { after: Object.fromEntries(objects.flatMap(Object.keys).map(key => [key, holding(OLD)])) });

const put = (at: number, action: Fault['action']) => ({ call: 'wmi-put', at, action, message: LIMITED });

describeTable('the IIS SMTP service', [
  row('one virtual server', [virtualServer()], 'applied', { after: { [`${SERVER}1`]: holding(NEW) } }),
  row('one that holds the credential', [virtualServer(1, holding(NEW))], 'applied', {
    also: ({ calls }) => { if (calls.some(({ name }) => name === 'wmi-put')) throw new Error('it writes nothing'); },
  }),
  row('one that held nothing', [virtualServer(1, { RouteUserName: null, RoutePassword: null })], 'applied', { after: { [`${SERVER}1`]: holding(NEW) } }),
  row('the user name alone is right', [virtualServer(1, { ...holding(NEW), RoutePassword: OLD.password })], 'applied', { after: { [`${SERVER}1`]: holding(NEW) } }),
  row('a user name in another case', [virtualServer(1, { ...holding(NEW), RouteUserName: NEW.username.toLowerCase() })], 'applied', { after: { [`${SERVER}1`]: holding(NEW) } }),
  row('one that holds the credential and a letter that nobody sees', [virtualServer(1, { ...holding(NEW), RoutePassword: `${NEW.password}\u200b` })], 'applied', {
    after: { [`${SERVER}1`]: holding(NEW) },
  }),
  row('two virtual servers and one of somebody else', [virtualServer(1), virtualServer(2), virtualServer(3, { SmartHost: 'smtp.example.com' })], 'applied', {
    after: { [`${SERVER}1`]: holding(NEW), [`${SERVER}2`]: holding(NEW), [`${SERVER}3`]: holding(OLD) },
  }),
  row('what passes encrypted only', [virtualServer()], 'applied', {
    also: ({ calls }) => {
      if (calls.some(call => call.name === 'wmi-read' && !call.arguments.endsWith('PacketPrivacy'))) throw new Error('it asks for PacketPrivacy');
    },
  }),
  refused('no server relays to the endpoint', [virtualServer(1, { SmartHost: 'smtp.example.com' })], `no virtual SMTP server has the smart host ${HOST}, and no remote domain the route`),
  refused('a server without a smart host', [virtualServer(1, { SmartHost: null })], 'no virtual SMTP server has the smart host'),
  refused('no server at all', [], 'no virtual SMTP server has the smart host'),

  row('a remote domain with a route of its own', [virtualServer(), remoteDomain('example.org')], 'applied', {
    after: { [`${SERVER}1`]: holding(NEW), [`${DOMAIN}example.org`]: holding(NEW) },
  }),
  row('remote domains with names that are patterns', [remoteDomain('*.example.org'), remoteDomain('[a-z].example.org'), remoteDomain('it\'s "$(1)" `n')], 'applied', {
    after: Object.fromEntries(['*.example.org', '[a-z].example.org', 'it\'s "$(1)" `n'].map(name => [`${DOMAIN}${name}`, holding(NEW)])),
  }),
  row('a remote domain, and no server with that smart host', [virtualServer(1, { SmartHost: 'smtp.example.com' }), remoteDomain('example.org')], 'applied', {
    after: { [`${SERVER}1`]: holding(OLD), [`${DOMAIN}example.org`]: holding(NEW) },
  }),
  row('remote domains with other routes or none', [virtualServer(), remoteDomain('a.example', { RouteActionString: 'smtp.example.com' }), remoteDomain('b.example', { RouteActionString: null })], 'applied', {
    after: { [`${SERVER}1`]: holding(NEW), [`${DOMAIN}a.example`]: holding(OLD), [`${DOMAIN}b.example`]: holding(OLD) },
  }),
  row('a remote domain that cannot be changed', [virtualServer(), remoteDomain('example.org')],
    'SmtpSvc/1/Domain/example.org cannot be changed (COMException 0x80041003); it holds what it held before; SmtpSvc/1 holds the new credential',
    { faults: [2, 3, 4, 5].map(at => put(at, 'refuse')), after: { [`${SERVER}1`]: holding(NEW), [`${DOMAIN}example.org`]: holding(OLD) } }),

  spelled('relay.example.com'), spelled('RELAY.example.COM'), spelled('[relay.example.com]'), spelled('relay.example.com.'), spelled(' relay.example.com '),
  spelled('[ relay.example.com. ]'), spelled('relay.example.com;'), spelled('relay.example.com; [relay.example.com]'),
  spelled('10.0.0.5', ADDRESS), spelled('[10.0.0.5]', ADDRESS), spelled(' [10.0.0.5] ;', ADDRESS),
  row('a route in brackets', [remoteDomain('example.org', { RouteActionString: `[${HOST.toUpperCase()}.]` })], 'applied', { after: { [`${DOMAIN}example.org`]: holding(NEW) } }),
  refused('a name that only begins so', [virtualServer(1, { SmartHost: `${HOST}.example.com` })], 'no virtual SMTP server'),
  refused('a list with another host', [virtualServer(1, { SmartHost: `smtp.example.com;${HOST}` })],
    `SmtpSvc/1 gives one credential to ${HOST} and to smtp.example.com: give it ${HOST} alone`),
  refused('a list with another host on the second server', [virtualServer(1), virtualServer(2, { SmartHost: `[${HOST}];[10.0.0.9]` })],
    `SmtpSvc/2 gives one credential to ${HOST} and to 10.0.0.9: give it ${HOST} alone`),
  refused('a list with 15 other hosts', [virtualServer(1, { SmartHost: [HOST, ...MANY_HOSTS].join(';') })], / and to host-0\..* and 11 more: give it email-smtp\.eu-west-1\.amazonaws\.com alone$/),
  refused('a route with another host', [virtualServer(1), remoteDomain('example.org', { RouteActionString: `${HOST},smtp.example.com` })],
    `SmtpSvc/1/Domain/example.org gives one credential to ${HOST} and to smtp.example.com`),

  refused('no authentication', [virtualServer(1, { RouteAction: 0x4 })], 'RouteAction of SmtpSvc/1 is 0x4, without SMTP_AUTH_CLEARTEXT (0x100): choose basic authentication in its outbound security, or it does not use the credential'),
  refused('Windows authentication', [virtualServer(1, { RouteAction: 0x14 })], 'without SMTP_AUTH_CLEARTEXT'),
  refused('no RouteAction', [virtualServer(1, { RouteAction: null, AlwaysUseSsl: true })], 'RouteAction of SmtpSvc/1 is 0x0, without SMTP_AUTH_CLEARTEXT'),
  refused('no authentication on a remote domain', [virtualServer(), remoteDomain('example.org', { RouteAction: 0x6 })], 'RouteAction of SmtpSvc/1/Domain/example.org is 0x6, without SMTP_AUTH_CLEARTEXT'),
  refused('no TLS', [virtualServer(1, { RouteAction: 0x100 })], 'RouteAction of SmtpSvc/1 is 0x100, without SMTP_SSL (0x4), and AlwaysUseSsl is false: choose TLS encryption in its outbound security, because SES refuses to log in without it'),
  refused('no TLS on a remote domain', [remoteDomain('example.org', { RouteAction: 0x102 })], 'RouteAction of SmtpSvc/1/Domain/example.org is 0x102, without SMTP_SSL'),
  row('TLS for all of a server', [virtualServer(1, { RouteAction: 0x100, AlwaysUseSsl: true })], 'applied', { after: { [`${SERVER}1`]: holding(NEW) } }),
  row('TLS for all of the server of a remote domain', [virtualServer(1, { SmartHost: null, AlwaysUseSsl: true }), remoteDomain('example.org', { RouteAction: 0x100 })], 'applied', {
    after: { [`${DOMAIN}example.org`]: holding(NEW) },
  }),
  refused('TLS for all of another server', [virtualServer(11, { SmartHost: null, AlwaysUseSsl: true }), remoteDomain('example.org', { RouteAction: 0x100 })], 'without SMTP_SSL'),
  row('more flags', [virtualServer(1, { RouteAction: ROUTE_ACTION + 0x2 })], 'applied', { after: { [`${SERVER}1`]: holding(NEW) } }),
]);

describeTable('a change that fails', [
  row('refused', [virtualServer()], 'SmtpSvc/1 cannot be changed (COMException 0x80041003); it holds what it held before', {
    faults: [put(0, 'refuse')], after: { [`${SERVER}1`]: holding(OLD) },
  }),
  row('refused once', [virtualServer()], 'applied', { faults: [put(1, 'refuse')], after: { [`${SERVER}1`]: holding(NEW) } }),
  row('the user name is written, and then it fails', [virtualServer()], 'SmtpSvc/1 cannot be changed (COMException 0x80041003); what it held before was put back', {
    faults: [put(1, 'half'), put(2, 'half')], after: { [`${SERVER}1`]: holding(OLD) },
  }),
  row('the user name is written, and nobody says so', [virtualServer()], 'SmtpSvc/1 did not keep the credential; what it held before was put back', {
    faults: [put(1, 'half-quietly'), put(2, 'half-quietly')], after: { [`${SERVER}1`]: holding(OLD) },
  }),
  row('the user name is written, always', [virtualServer()],
    'SmtpSvc/1 cannot be changed (COMException 0x80041003); what it held before was put back', { faults: [put(0, 'half')], after: { [`${SERVER}1`]: holding(OLD) } }),
  row('half of it is written, and half of it put back', [virtualServer(1, { RoutePassword: 'Bxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxy' })],
    'SmtpSvc/1 did not keep the credential; it holds neither the old nor the new credential: set its outbound security by hand',
    {
      faults: [put(1, 'half-quietly'), put(2, 'half-quietly'), put(3, 'refuse'), put(4, 'refuse')],
      after: { [`${SERVER}1`]: { RouteUserName: NEW.username, RoutePassword: 'Bxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxy' } },
    }),
  row('a reply is lost', [virtualServer()], 'applied', { faults: [put(1, 'lose-reply')], after: { [`${SERVER}1`]: holding(NEW) } }),
  row('every reply is lost', [virtualServer()], 'applied', { faults: [put(0, 'lose-reply')], after: { [`${SERVER}1`]: holding(NEW) } }),
  row('a write is lost', [virtualServer()], 'applied', { faults: [put(1, 'ignore')], after: { [`${SERVER}1`]: holding(NEW) } }),
  row('every write is lost', [virtualServer()], 'SmtpSvc/1 did not keep the credential; it holds what it held before', { faults: [put(0, 'ignore')], after: { [`${SERVER}1`]: holding(OLD) } }),
  row('a look that fails', [virtualServer()], 'SmtpSvc/1 cannot be read back (COMException 0x80041003); what it held before was put back', {
    faults: [3, 4].map(at => ({ call: 'wmi-read', at, action: 'refuse' })), after: { [`${SERVER}1`]: holding(OLD) },
  }),
  row('every look after the change fails', [virtualServer()], 'SmtpSvc/1 cannot be read back (COMException 0x80041003); what it holds now cannot be read: look at its outbound security', {
    faults: Array.from({ length: 40 }, (_, index) => ({ call: 'wmi-read', at: index + 3, action: 'refuse' as const })), after: { [`${SERVER}1`]: holding(OLD) },
  }),
  row('a server that is gone when it is looked at', [virtualServer()], /SmtpSvc\/1 .*; what it holds now cannot be read/, {
    faults: Array.from({ length: 40 }, (_, index) => ({ call: 'wmi-read', at: index + 3, action: 'empty' as const })),
  }),
  row('servers that the first look does not show', [virtualServer(), remoteDomain('example.org')],
    'SmtpSvc/1 does not hold the credential at the last look, because something else changes the settings: run this document again; SmtpSvc/1/Domain/example.org holds the new credential',
    { faults: [{ call: 'wmi-read', at: 1, action: 'empty' }], after: { [`${SERVER}1`]: holding(OLD), [`${DOMAIN}example.org`]: holding(NEW) } }),
  row('a server without authentication that the first look does not show', [virtualServer(1, { RouteAction: 4, ...holding(NEW) }), remoteDomain('example.org')],
    /RouteAction of SmtpSvc\/1 is 0x4, without SMTP_AUTH_CLEARTEXT .*; SmtpSvc\/1\/Domain\/example.org holds the new credential$/, { faults: [{ call: 'wmi-read', at: 1, action: 'empty' }] }),
  row('somebody who puts the first server back', [virtualServer(1), virtualServer(2)],
    'SmtpSvc/1 does not hold the credential at the last look, because something else changes the settings: run this document again; SmtpSvc/2 holds the new credential',
    { faults: [{ ...put(2, 'set'), message: `${SERVER}1\tRoutePassword\t${OLD.password}` }], after: { [`${SERVER}1`]: { RouteUserName: NEW.username, RoutePassword: OLD.password }, [`${SERVER}2`]: holding(NEW) } }),
  row('a last look that fails', [virtualServer()], /the settings of the IIS SMTP service cannot be read: the stand-in refuses; .*; SmtpSvc\/1 holds the new credential$/, {
    faults: [{ call: 'wmi-read', at: 5, action: 'refuse' }], after: { [`${SERVER}1`]: holding(NEW) },
  }),
  row('the second of two servers', [virtualServer(1), virtualServer(2)],
    'SmtpSvc/2 did not keep the credential; it holds what it held before; SmtpSvc/1 holds the new credential',
    { faults: [2, 3, 4].map(at => put(at, 'ignore')), after: { [`${SERVER}1`]: holding(NEW), [`${SERVER}2`]: holding(OLD) } }),
  row('the first of two servers', [virtualServer(1), virtualServer(2)], /SmtpSvc\/1 did not keep the credential; it holds what it held before$/, {
    faults: [put(0, 'ignore')], after: { [`${SERVER}1`]: holding(OLD), [`${SERVER}2`]: holding(OLD) },
  }),
  row('the third of three servers', [virtualServer(1), virtualServer(2, holding(NEW)), virtualServer(3)],
    'SmtpSvc/3 cannot be changed (COMException 0x80041003); what it held before was put back; SmtpSvc/1 and SmtpSvc/2 hold the new credential',
    { faults: [2, 3].map(at => put(at, 'half')), after: { [`${SERVER}1`]: holding(NEW), [`${SERVER}2`]: holding(NEW), [`${SERVER}3`]: holding(OLD) } }),
  row('the last of 16', [virtualServer(), ...MANY_HOSTS.map(name => remoteDomain(name))], /host-14\..* did not keep the credential; it holds what it held before; SmtpSvc\/1, .* and 11 more hold the new credential$/, {
    deep: true, faults: [16, 17].map(at => put(at, 'ignore')), after: { [`${DOMAIN}${MANY_HOSTS[14]}`]: holding(OLD) },
  }),
  ...['It\'s "quoted" `n $(1) $x %TEMP% \\', 'two\r\nlines\t', 'ü る 𝔘'].map(password => row(`an old password ${JSON.stringify(password)}`, [virtualServer(1, { RoutePassword: password })],
    'SmtpSvc/1 cannot be changed (COMException 0x80041003); what it held before was put back', {
      faults: [put(1, 'half'), put(2, 'half'), put(3, 'lose-reply')], after: { [`${SERVER}1`]: { RouteUserName: OLD.username, RoutePassword: password } }, secrets: [NEW.password],
    })),
  row('settings that may not be read', [virtualServer()], /^SES_SMTP_CREDENTIAL_FAILED the settings of the IIS SMTP service cannot be read: Access denied; /, {
    faults: [{ call: 'wmi-read', action: 'refuse', message: 'Access denied' }], after: { [`${SERVER}1`]: holding(OLD) },
  }),
  row('no features', [virtualServer()], /the settings of the IIS SMTP service cannot be read: Invalid namespace .*; install the Windows features SMTP-Server and Web-WMI/, {
    objects: { ...windows(version(json(NEW)), virtualServer()), wmi: { installed: false } },
  }),
  row('an old credential that is none of SES', [virtualServer(1, { RouteUserName: 'relay', RoutePassword: 'Any old password' })],
    'SmtpSvc/1 cannot be changed (COMException 0x80041003); what it held before was put back', {
      faults: [put(1, 'half'), put(2, 'half')], after: { [`${SERVER}1`]: { RouteUserName: 'relay', RoutePassword: 'Any old password' } }, secrets: [NEW.password, 'Any old password'],
    }),
]);
