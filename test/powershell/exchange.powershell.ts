import { afterAll, beforeAll } from 'vitest';
import { HOST, json, OLD, scriptOf, version, VERSION } from './documents';
import { Endpoint, LIVE, START_TLS } from './endpoint';
import { describeTable, Row } from './table';
import { Objects, Settings } from './windows-node';
import { CredentialDocument } from '../../src';

const SCRIPT = scriptOf(CredentialDocument.exchangeSendConnector({ relayHost: HOST }), { endpoint: START_TLS });
const user = ({ username, password }: typeof OLD): Settings => ({ user: username, password });

function connector(name: string, settings: Settings = {}): Objects {
  return { [`SendConnector:${name}`]: { SmartHosts: HOST, Enabled: true, SmartHostAuthMechanism: 'BasicAuthRequireTLS', RequireTLS: true, ...user(OLD), ...settings } };
}

function row(name: string, connectors: Objects[], outcome: Row['outcome'], more: Partial<Row> = {}): Row {
  const objects: Objects = Object.assign({ exchange: { installed: true } }, version(json(LIVE)), ...connectors);
  return { name, script: SCRIPT, versionId: VERSION, outcome, objects, secrets: [LIVE.password, OLD.password], ...more };
}

const refused = (name: string, connectors: Objects[], outcome: Row['outcome']): Row =>
  row(name, connectors, outcome, { after: Object.fromEntries(connectors.flatMap(Object.keys).map(key => [key, user(OLD)])) });

let endpoint: Endpoint;
beforeAll(async () => {
  endpoint = await Endpoint.start();
});
afterAll(async () => endpoint.stop());

describeTable('Exchange', [
  row('one connector', [connector('SES')], 'applied', { after: { 'SendConnector:SES': user(LIVE) } }),
  row('one that holds the credential', [connector('SES', user(LIVE))], 'applied', {
    also: ({ calls }) => { if (calls.some(({ name }) => name === 'exchange-set')) throw new Error('it writes nothing'); },
  }),
  row('one without a credential', [connector('SES', { user: null, password: null })], 'applied', { after: { 'SendConnector:SES': user(LIVE) } }),
  row('several, and one of somebody else', [connector('SES'), connector('To partners', { SmartHosts: `[${HOST}]` }), connector('Other', { SmartHosts: 'smtp.example.com' })], 'applied', {
    after: { 'SendConnector:SES': user(LIVE), 'SendConnector:To partners': user(LIVE), 'SendConnector:Other': user(OLD) },
  }),
  row('names that are patterns and quoted', ['To [a-z]*', 'It\'s "new" $(1) `n'].map(name => connector(name)), 'applied', {
    after: { 'SendConnector:To [a-z]*': user(LIVE), 'SendConnector:It\'s "new" $(1) `n': user(LIVE) },
  }),
  row('a warning of 3,000 characters', [connector('SES')], 'applied', { faults: [{ call: 'exchange-set', action: 'warn' }], after: { 'SendConnector:SES': user(LIVE) } }),
  row('one that is turned off, without authentication', [connector('SES'), connector('Spare', { Enabled: false, SmartHostAuthMechanism: 'None' })], 'applied', {
    after: { 'SendConnector:SES': user(LIVE), 'SendConnector:Spare': user(LIVE) },
  }),
  row('basic authentication and TLS', [connector('SES', { SmartHostAuthMechanism: 'BasicAuth' })], 'applied', { after: { 'SendConnector:SES': user(LIVE) } }),
  refused('basic authentication without TLS', [connector('SES', { SmartHostAuthMechanism: 'BasicAuth', RequireTLS: false })], 'SmartHostAuthMechanism of SES is BasicAuth: set it to BasicAuthRequireTLS, '),
  refused('no authentication', [connector('SES', { SmartHostAuthMechanism: 'None' })], 'SmartHostAuthMechanism of SES is None: set it to BasicAuthRequireTLS, '),
  refused('another smart host', [connector('SES', { SmartHosts: `${HOST},smtp.example.com` })], `SES gives one credential to ${HOST} and to smtp.example.com: give it ${HOST} alone`),
  refused('no connector for the endpoint', [connector('SES', { SmartHosts: 'smtp.example.com' })], `no send connector has the smart host ${HOST}`),
  refused('no connector', [], `no send connector has the smart host ${HOST}`),
  row('no Exchange', [connector('SES')], /the management shell of Exchange cannot be loaded: .*is not installed on this computer; run this document on one Exchange server/, {
    objects: { ...version(json(LIVE)), exchange: { installed: false } },
  }),
  row('connectors that may not be read', [connector('SES')], 'the send connectors cannot be read: Access is denied; run this document on one Exchange server', {
    faults: [{ call: 'exchange-read', action: 'refuse', message: 'Access is denied.' }], after: { 'SendConnector:SES': user(OLD) },
  }),
  row('a change that is refused', [connector('SES')], 'SES cannot be changed (COMException 0x80041003); it holds what it held before', {
    faults: [{ call: 'exchange-set', action: 'refuse' }], after: { 'SendConnector:SES': user(OLD) },
  }),
  row('a change that is half done', [connector('SES')], 'SES cannot be changed (COMException 0x80041003); what it held before was put back', {
    faults: [{ call: 'exchange-set', action: 'half' }], after: { 'SendConnector:SES': user(OLD) },
  }),
  row('a change that is half done, where there was no credential', [connector('SES', { user: null, password: null })], 'SES cannot be changed (COMException 0x80041003); what it held before was put back', {
    faults: [1, 2].map(at => ({ call: 'exchange-set', at, action: 'half' })), also: ({ objects }) => { if (objects['SendConnector:SES'].user) throw new Error('there was none'); },
  }),
  row('a change whose reply is lost', [connector('SES')], 'applied', { faults: [{ call: 'exchange-set', action: 'lose-reply' }], after: { 'SendConnector:SES': user(LIVE) } }),
  row('a change that gets lost', [connector('SES')], 'SES did not keep the credential; it holds what it held before', {
    faults: [{ call: 'exchange-set', action: 'ignore' }], after: { 'SendConnector:SES': user(OLD) },
  }),
  row('a password that is hidden', [connector('SES', { mask: '****' })], 'applied', {
    after: { 'SendConnector:SES': user(LIVE) }, says: /^looked at: the user name of SES, whose password cannot be read, and a login to localhost:\d+ with the new credential$/,
  }),
  { ...row('started as the agent starts it', [connector('SES')], 'applied', { after: { 'SendConnector:SES': user(LIVE) } }), alone: true },
], each => ({ ...each, script: endpoint.reachableFrom(each.script), trusted: endpoint.certificate }));
