import { describe, expect, it } from 'vitest';
import { SecretText } from '../../../lambda-src/basics/secret-text';
import { smtpPassword } from '../../../lambda-src/smtp/password';

describe('the SMTP password', () => {
  it.each([
    ['wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'us-east-2', 'BMPPgbAHoFVbze1Ud0oA5uNdXRwUXUZ+qOwphGJbl/cS'],
    ['some+secret+key', 'eu-central-1', 'BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2'],
    ['another+secret+key', 'us-west-1', 'BKVmjjMDFk/qqw8EROW99bjCS65PF8WKvK5bSr4Y6EqF'],
  ])('of %s in %s is the published one', (secretAccessKey, region, password) => {
    expect(smtpPassword(new SecretText(secretAccessKey), region).reveal()).toBe(password);
  });

  it('differs from region to region', () => {
    const secretAccessKey = new SecretText('some+secret+key');
    expect(smtpPassword(secretAccessKey, 'eu-west-1').reveal()).not.toBe(smtpPassword(secretAccessKey, 'eu-central-1').reveal());
  });
});
