import { afterAll, beforeAll } from 'vitest';
import { HOST, json, MANY_HOSTS, NEW, OLD, remoteDomain, scriptOf, version, VERSION, virtualServer, windows } from './documents';
import { ECHO, Endpoint, IMPLICIT_TLS, LIVE, START_TLS } from './endpoint';
import { describeTable, Row } from './table';
import { Settings } from './windows-node';
import { CredentialDocument } from '../../src';

const SERVER = 'IIsSmtpServerSetting:SmtpSvc/1';
const document = CredentialDocument.iisSmtp({ relayHost: HOST });
const IIS = scriptOf(document, { endpoint: START_TLS });
const SAYS = /^looked at: the user name of SmtpSvc\/1, whose password cannot be read, and a login to localhost:\d+ with the new credential$/;
const held = ({ username, password }: typeof NEW) => ({ [SERVER]: { RouteUserName: username, RoutePassword: password } });

function row(name: string, settings: Settings, outcome: Row['outcome'], more: Partial<Row> = {}): Row {
  return {
    name,
    script: IIS,
    versionId: VERSION,
    outcome,
    objects: windows(version(json(LIVE)), virtualServer(1, { mask: '********', ...settings })),
    secrets: [LIVE.password, OLD.password, NEW.password],
    ...more,
  };
}

const dead = { objects: windows(version(json(NEW)), virtualServer(1, { mask: '********' })) };

let endpoint: Endpoint;
beforeAll(async () => {
  endpoint = await Endpoint.start();
});
afterAll(async () => endpoint.stop());

describeTable('a server that hides its password', [
  row('a mask', {}, 'applied', { after: held(LIVE), says: SAYS }),
  row('a mask of one character', { mask: '*' }, 'applied', { after: held(LIVE), says: SAYS }),
  row('no password at all', { mask: 'null' }, 'applied', { after: held(LIVE), says: SAYS }),
  row('TLS from the start', {}, 'applied', { script: scriptOf(document, { endpoint: IMPLICIT_TLS }), after: held(LIVE), says: SAYS }),
  row('the user name is right already', { RouteUserName: LIVE.username }, 'applied', { after: held(LIVE), says: SAYS }),
  row('there was none before', { RouteUserName: null, RoutePassword: null }, 'applied', { after: held(LIVE), says: SAYS }),
  row('a password that gets lost, where there was none', {}, 'SmtpSvc/1 did not keep the password; what it held before was put back', {
    objects: windows(version(json(LIVE)), virtualServer(1, { RouteUserName: null, RoutePassword: null })), faults: [{ call: 'wmi-put', at: 0, action: 'half-quietly' }],
  }),
  row('a password that gets lost, where there was none, and no way back', {}, 'SmtpSvc/1 did not keep the password; it holds neither the old nor the new credential: set its outbound security by hand', {
    objects: windows(version(json(LIVE)), virtualServer(1, { RouteUserName: null, RoutePassword: null })),
    faults: [1, 2, 3, 4].map(at => ({ call: 'wmi-put', at, action: at < 3 ? 'half-quietly' : 'refuse' })),
  }),
  row('half of it is written once', {}, 'applied', { faults: [{ call: 'wmi-put', at: 1, action: 'half' }], after: held(LIVE), says: SAYS }),
  row('half of it is written twice', {}, 'SmtpSvc/1 cannot be changed (COMException 0x80041003); its password cannot be read, so nothing was put back: set its outbound security by hand', {
    faults: [{ call: 'wmi-put', at: 0, action: 'half' }],
  }),
  row('nothing is written', {}, 'SmtpSvc/1 did not keep the credential; it has the user name that it had before; its password cannot be read, so look whether it still sends', { faults: [{ call: 'wmi-put', action: 'ignore' }], after: held(OLD) }),
  row('a credential that is refused', {}, /SmtpSvc\/1 cannot be confirmed, because a login to localhost:\d+ with the new credential failed: it answered 535 where 235 is expected; it holds what it held before$/, {
    ...dead, after: held(OLD), also: ({ calls }) => { if (calls.some(({ name }) => name === 'wmi-put')) throw new Error('nothing may be written'); },
  }),
  row('a credential that is refused, where there was none', {}, /failed: it answered 535 where 235 is expected; what it held before was put back$/, {
    objects: windows(version(json(NEW)), virtualServer(1, { mask: '********', RouteUserName: null, RoutePassword: null })),
  }),
  row('a certificate that nobody signed', {}, /a login to 127\.0\.0\.1:\d+ with the new credential failed: .*certificate/i, {
    script: IIS.replace('$SmtpHost = \'localhost\'', '$SmtpHost = \'127.0.0.1\''), after: held(OLD),
  }),
  row('an endpoint that says back what it is told', {}, /a login to localhost:\d+ with the new credential failed: it answered something else where 235 is expected; it holds what it held before$/, {
    script: scriptOf(document, { endpoint: ECHO }), after: held(OLD),
  }),
  row('16 of them', {}, 'applied', {
    objects: windows(version(json(LIVE)), virtualServer(1, { mask: '***' }), ...MANY_HOSTS.map(name => remoteDomain(name, { mask: '***' }))),
    says: /^looked at: the user name of SmtpSvc\/1, .* and 12 more, whose password cannot be read, and a login to localhost:\d+ with the new credential$/,
  }),
  row('an endpoint that is out of reach', {}, /a login to localhost:1 with the new credential failed: .*refused/i, { script: IIS.replace('\'58700\'', '\'1\''), after: held(OLD) }),
], each => ({ ...each, script: endpoint.reachableFrom(each.script), trusted: endpoint.certificate }));
