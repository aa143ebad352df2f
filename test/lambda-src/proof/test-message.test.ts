import { expect, it } from 'vitest';
import { testMessage } from '../../../lambda-src/proof/test-message';

const endpoint = { host: 'email-smtp.eu-west-1.amazonaws.com', port: 587, region: 'eu-west-1', implicitTls: false };
const addresses = { from: 'news@example.com', to: 'success@simulator.amazonses.com' };

it('is a message of ASCII in short lines, that says what it is', () => {
  const message = testMessage(addresses, endpoint, 'version-1', Date.UTC(2026, 0, 2, 3, 4, 5));
  expect(message).toMatchObject(addresses);
  expect(message.text).not.toMatch(/[^\x20-\x7e\r\n]|.{79}/);
  expect(message.text.split('\r\n')).toEqual([
    'From: news@example.com',
    'To: success@simulator.amazonses.com',
    'Subject: Test of an SMTP credential',
    'Date: Fri, 02 Jan 2026 03:04:05 +0000',
    'Message-ID: <version-1.eu-west-1@example.com>',
    'Auto-Submitted: auto-generated',
    '',
    'A new SMTP credential for Amazon SES sent this message, to prove that it',
    'may send. It went through',
    'email-smtp.eu-west-1.amazonaws.com',
    'Every rotation of the credential sends one. There is nothing to do.',
    '',
  ]);
});

it('names the configuration set and the tenant in its header', () => {
  const { text } = testMessage({ ...addresses, configurationSet: 'tracking', tenant: 'shop' }, endpoint, 'version-1', 0);
  const [header] = text.split('\r\n\r\n');
  expect(header.split('\r\n')).toEqual(expect.arrayContaining(['X-SES-CONFIGURATION-SET: tracking', 'X-SES-TENANT: shop']));
});
