import { describe, expect, it } from 'vitest';
import { defineRotation } from './define-rotation';
import { CredentialDocument, CredentialFormat, MailServerFleet, MailServerTargets, SesSmtpCredentialRotationProps, SmtpEndpoint } from '../../src';

const names = { secretArnParameter: 'Secret', versionIdParameter: 'Version' };
const define = (props: Partial<SesSmtpCredentialRotationProps>) => defineRotation(() => props);
const defineFleet = (fleet: Partial<MailServerFleet>) =>
  define({ mailServers: [{ targets: MailServerTargets.tag('EmailServers', 'True'), document: CredentialDocument.postfix(), ...fleet }] });

/** What a line of a file looks like where the file has the line ends of Windows: nobody sees what is wrong with it. */
const fromFile = (text: string) => `${text}\r\n`;

const definitions: [prop: string, seen: string, define: () => unknown][] = [
  ['tag key', 'EmailServers', () => MailServerTargets.tag(fromFile('EmailServers'), 'True')],
  ['tag values', 'True', () => MailServerTargets.tag('EmailServers', fromFile('True'))],
  ['tag values', 'mail', () => MailServerTargets.tags({ Role: ['relay', fromFile('mail')] })],
  ['resource group name', 'servers', () => MailServerTargets.resourceGroup(fromFile('servers'))],
  ['node id', 'i-0123456789abcdef0', () => MailServerTargets.managedNodes(fromFile('i-0123456789abcdef0'))],
  ['relayHost', 'relay.example.com', () => CredentialDocument.postfix({ relayHost: fromFile('relay.example.com') })],
  ['passwordMap', 'hash:/etc/map', () => CredentialDocument.postfix({ passwordMap: fromFile('hash:/etc/map') })],
  ['passwordFile', '/etc/passwd.client', () => CredentialDocument.exim({ passwordFile: fromFile('/etc/passwd.client') })],
  ['authinfoFile', '/etc/authinfo', () => CredentialDocument.sendmail({ authinfoFile: fromFile('/etc/authinfo') })],
  ['configFile', '/etc/smtpd.conf', () => CredentialDocument.openSmtpd({ configFile: fromFile('/etc/smtpd.conf') })],
  ['label', 'ses', () => CredentialDocument.openSmtpd({ label: fromFile('ses') })],
  ['name of CredentialDocument.existing', 'Apply', () => CredentialDocument.existing(fromFile('Apply'), names)],
  ['name of CredentialDocument.existingWithCredential', 'Apply', () => CredentialDocument.existingWithCredential(fromFile('Apply'))],
  ['documentVersion', '3', () => CredentialDocument.existing('Apply', { ...names, documentVersion: fromFile('3') })],
  ['parameter names of CredentialDocument.existing', 'Mode', () => CredentialDocument.existing('Apply', { ...names, parameters: { [fromFile('Mode')]: 'a' } })],
  ['credentialFormat fields', 'user', () => CredentialFormat.json({ fields: { username: fromFile('user'), password: 'password' } })],
  ['endpoint region', 'eu-west-1', () => SmtpEndpoint.regional({ region: fromFile('eu-west-1') })],
  ['endpoint region', 'eu-west-1', () => SmtpEndpoint.custom({ host: 'relay.example.com', region: fromFile('eu-west-1') })],
  ['endpoint host', 'relay.example.com', () => SmtpEndpoint.custom({ host: fromFile('relay.example.com') })],
  ['fromAddresses', 'news@example.com', () => define({ fromAddresses: [fromFile('news@example.com')] })],
  ['testMessage.sender', 'news@example.com', () => define({ testMessage: { sender: fromFile('news@example.com') } })],
  ['testMessage.recipient', 'news@example.com', () => define({ testMessage: { sender: 'news@example.com', recipient: fromFile('news@example.com') } })],
  ['userName', 'mailer', () => define({ userName: fromFile('mailer') })],
  ['secretName', 'smtp', () => define({ secretName: fromFile('smtp') })],
  ['additionalRegions', 'eu-west-1', () => define({ additionalRegions: [fromFile('eu-west-1')] })],
  ['mailServers[0].maxConcurrency', '10%', () => defineFleet({ maxConcurrency: fromFile('10%') })],
  ['mailServers[0].maxErrors', '10%', () => defineFleet({ maxErrors: fromFile('10%') })],
  ['mailServers[0].region', 'eu-west-1', () => defineFleet({ region: fromFile('eu-west-1') })],
];

it.each([
  ['a tab', 'news\tletter', 'news\\tletter'],
  ['a no-break space', 'news\u00a0letter', 'news\\u{a0}letter'],
  ['a mark at the beginning of a file', '\ufeffnews', '\\u{feff}news'],
])('an error shows %s', (_, userName, shown) => {
  expect(() => define({ userName })).toThrow(`got '${shown}'`);
});

describe('a text with a line end that nobody sees', () => {
  it.each(definitions)('is rejected, and the error shows the line end: %s', (prop, seen, definition) => {
    expect(definition).toThrow(new RegExp(`${prop.replaceAll(/[.[\]]/g, '\\$&')} must .*got '${seen}\\\\r\\\\n'`));
  });
});
