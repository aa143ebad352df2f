import { App, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { afterAll, beforeAll } from 'vitest';
import { HOST, json, NEW, OLD, scriptOf, version, VERSION } from './documents';
import { Endpoint, LIVE, START_TLS } from './endpoint';
import { describeTable, Row } from './table';
import { Objects, Settings } from './windows-node';
import { CredentialDocument } from '../../src';

const ADMINISTRATOR_ARN = 'arn:aws:secretsmanager:eu-west-2:123456789012:secret:hmail-AbCdEf';
const ADMINISTRATOR = 'The password of the "administrator"';
const administratorSecret = Secret.fromSecretCompleteArn(new Stack(new App(), 'Servers'), 'Administrator', ADMINISTRATOR_ARN);
const SCRIPT = scriptOf(CredentialDocument.hMailServer({ administratorSecret, relayHost: HOST }), { endpoint: START_TLS });
const user = ({ username, password }: typeof OLD): Settings => ({ user: username, password });
const RELAYER = 'hMailServer:settings';
const SAYS = /^looked at: the user name of the SMTP relayer, whose password cannot be read, and a login to localhost:\d+ with the new credential$/;

function relayer(settings: Settings = {}): Objects {
  const defaults = { administrator: ADMINISTRATOR, SMTPRelayer: HOST, ConnectionSecurity: 3, RequiresAuthentication: true, ...user(OLD) };
  return { [RELAYER]: { ...defaults, ...settings } };
}

function route(domain: string, settings: Settings = {}): Objects {
  return { [`hMailRoute:${domain}`]: { DomainName: domain, TargetSMTPHost: HOST, ConnectionSecurity: 2, RelayerRequiresAuth: true, ...user(OLD), ...settings } };
}

function row(name: string, objects: Objects[], outcome: Row['outcome'], more: Partial<Row> = {}): Row {
  return {
    name,
    script: SCRIPT,
    versionId: VERSION,
    outcome,
    secrets: [LIVE.password, NEW.password, OLD.password, ADMINISTRATOR],
    objects: Object.assign({ [`secret:${ADMINISTRATOR_ARN}`]: { value: ADMINISTRATOR, stages: 'AWSCURRENT' } }, version(json(LIVE)), ...objects),
    says: outcome === 'applied' ? SAYS : undefined,
    ...more,
  };
}

const refused = (name: string, objects: Objects[], outcome: Row['outcome'], more: Partial<Row> = {}): Row =>
  row(name, objects, outcome, { after: Object.fromEntries(objects.flatMap(Object.keys).map(key => [key, user(OLD)])), ...more });

let endpoint: Endpoint;
beforeAll(async () => {
  endpoint = await Endpoint.start();
});
afterAll(async () => endpoint.stop());

describeTable('hMailServer', [
  row('a relayer', [relayer()], 'applied', { after: { [RELAYER]: user(LIVE) } }),
  row('a relayer, with the AWS CLI', [relayer()], 'applied', { reader: 'AWS CLI', after: { [RELAYER]: user(LIVE) } }),
  ...(['AWS Tools', 'AWS CLI'] as const).map(reader => row(`an administrator's password with a line end: ${reader}`, [relayer(), { [`secret:${ADMINISTRATOR_ARN}`]: { value: `${ADMINISTRATOR}\r\n`, stages: 'AWSCURRENT' } }], 'applied', {
    reader, after: { [RELAYER]: user(LIVE) },
  })),
  row('a relayer with the user name already', [relayer({ user: LIVE.username })], 'applied', { after: { [RELAYER]: user(LIVE) } }),
  row('a relayer without a credential', [relayer({ user: null, password: null })], 'applied', { after: { [RELAYER]: user(LIVE) } }),
  row('routes', [relayer({ SMTPRelayer: '' }), route('a.example'), route('b.example'), route('c.example', { TargetSMTPHost: 'smtp.example.com' })], 'applied', {
    says: /^looked at: the user name of the route of a\.example and the route of b\.example, /,
    after: { [RELAYER]: user(OLD), 'hMailRoute:a.example': user(LIVE), 'hMailRoute:b.example': user(LIVE), 'hMailRoute:c.example': user(OLD) },
  }),
  refused('no authentication', [relayer({ RequiresAuthentication: false })], 'the SMTP relayer does not log in: tick \'Server requires authentication\''),
  refused('a route without authentication', [relayer(), route('a.example', { RelayerRequiresAuth: false })], 'the route of a.example does not log in'),
  refused('no TLS', [relayer({ ConnectionSecurity: 0 })], 'the SMTP relayer has no connection security: choose STARTTLS, '),
  refused('another relayer', [relayer({ SMTPRelayer: 'smtp.example.com' })], `neither the SMTP relayer nor a route of hMailServer is ${HOST}`),
  refused('another administrator\'s password', [relayer({ administrator: 'x' })], `the settings of hMailServer cannot be read: the administrator's password in ${ADMINISTRATOR_ARN} is refused; `),
  refused('an administrator\'s password that may not be read', [relayer()], new RegExp(`${ADMINISTRATOR_ARN} could not be read: `), {
    faults: [2, 3, 4, 5].map(at => ({ call: 'get-secret-value', at, action: 'refuse' })),
  }),
  row('no hMailServer', [], /the settings of hMailServer cannot be read: .*80040154.*; run this document where hMailServer/),
  refused('a credential that the endpoint refuses', [relayer(), version(json(NEW))],
    /the SMTP relayer cannot be confirmed, because a login to localhost:\d+ with the new credential failed: it answered 535 where 235 is expected; it holds what it held before$/,
    { after: { [RELAYER]: user(OLD) } }),
  refused('a user name that may not be changed', [relayer()], 'the SMTP relayer cannot be changed (COMException 0x80041003); it has the user name that it had before; its password cannot be read, so look whether it still sends', { faults: [{ call: 'hmail-user', action: 'refuse' }] }),
  refused('a password that may not be changed', [relayer()], 'the SMTP relayer cannot be changed (COMException 0x80041003); it has the user name that it had before; its password cannot be read, so look whether it still sends', { faults: [{ call: 'hmail-password', action: 'refuse' }] }),
  row('a password whose reply is lost', [relayer()], 'applied', { faults: [{ call: 'hmail-password', at: 1, action: 'lose-reply' }], after: { [RELAYER]: user(LIVE) } }),
  refused('a route that may not be changed', [relayer({ SMTPRelayer: '' }), route('a.example')], 'the route of a.example cannot be changed (COMException 0x80041003); it has the user name that it had before; its password cannot be read, so look whether it still sends', { faults: [{ call: 'hmail-save', action: 'refuse' }] }),
  row('a route whose reply is always lost', [relayer({ SMTPRelayer: '' }), route('a.example')], 'the route of a.example cannot be changed (COMException 0x80041003); its password cannot be read, so nothing was put back: set its outbound security by hand', {
    faults: [{ call: 'hmail-save', action: 'lose-reply' }], after: { 'hMailRoute:a.example': user(LIVE) },
  }),
  row('a password whose reply is always lost', [relayer()], 'the SMTP relayer cannot be changed (COMException 0x80041003); it has the user name that it had before; its password cannot be read, so look whether it still sends', {
    faults: [{ call: 'hmail-password', action: 'lose-reply' }], after: { [RELAYER]: { user: OLD.username, password: LIVE.password } },
  }),
  row('the second of two', [relayer(), route('a.example')], 'the route of a.example cannot be changed (COMException 0x80041003); it has the user name that it had before; its password cannot be read, so look whether it still sends; the SMTP relayer holds the new credential', {
    faults: [{ call: 'hmail-save', action: 'refuse' }], after: { [RELAYER]: user(LIVE), 'hMailRoute:a.example': user(OLD) },
  }),
  { ...row('started as the agent starts it', [relayer()], 'applied', { after: { [RELAYER]: user(LIVE) } }), alone: true },
], each => ({ ...each, script: endpoint.reachableFrom(each.script), trusted: endpoint.certificate }));
