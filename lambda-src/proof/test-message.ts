import { EndpointConfig, TestMessageConfig } from '../../src/private/rotation-contract';
import { Message } from '../smtp/message';

/**
 * The message that proves the permission to send. It consists of short lines of ASCII, so nothing needs encoding.
 */
export function testMessage(config: TestMessageConfig, { host, region }: EndpointConfig, versionId: string, now: number): Message {
  const { configurationSet, from, tenant, to } = config;
  const domain = from.slice(from.lastIndexOf('@') + 1);
  const lines = [
    `From: ${from}`,
    `To: ${to}`,
    'Subject: Test of an SMTP credential',
    `Date: ${new Date(now).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${versionId}.${region}@${domain}>`,
    'Auto-Submitted: auto-generated',
    ...configurationSet ? [`X-SES-CONFIGURATION-SET: ${configurationSet}`] : [],
    ...tenant ? [`X-SES-TENANT: ${tenant}`] : [],
    '',
    'A new SMTP credential for Amazon SES sent this message, to prove that it',
    'may send. It went through',
    host,
    'Every rotation of the credential sends one. There is nothing to do.',
    '',
  ];
  return { from, to, text: lines.join('\r\n') };
}
