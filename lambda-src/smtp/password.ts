import { createHmac } from 'node:crypto';
import { SecretText } from '../basics/secret-text';

/**
 * Derives the SMTP password of an access key for one Region of SES.
 *
 * @see https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html
 */
export function smtpPassword(secretAccessKey: SecretText, region: string): SecretText {
  const scope = ['11111111', region, 'ses', 'aws4_request', 'SendRawEmail'];
  const signature = scope.reduce<Buffer>(
    (key, part) => createHmac('sha256', key).update(part).digest(),
    Buffer.from(`AWS4${secretAccessKey.reveal()}`),
  );
  const version = Buffer.of(0x04);
  return new SecretText(Buffer.concat([version, signature]).toString('base64'));
}
