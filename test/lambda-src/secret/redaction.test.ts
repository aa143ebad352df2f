import { describe, expect, it } from 'vitest';
import { SecretText } from '../../../lambda-src/basics/secret-text';
import { redact } from '../../../lambda-src/secret/redaction';

const USERNAME = 'AKIAIOSFODNN7EXAMPLE';
const PASSWORD = 'BMPPgbAHoFVbze1Ud0oA5uNdXRwUXUZ+qOwphGJbl/cS';
const SECRET_KEY = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const redacted = (text: string, password = PASSWORD) => redact(text, { username: USERNAME, password: new SecretText(password) });

/** Each form alone, because it may stand without the others. */
function formsOf(password: string): string[] {
  return [password, USERNAME, base64(password), base64(USERNAME), base64(`\0${USERNAME}\0${password}`), encodeURIComponent(password)];
}

describe('a text without a credential', () => {
  it.each(formsOf(PASSWORD))('has no %s', form => {
    expect(redacted(`501 Syntax error: ${form} (refused)`)).toBe('501 Syntax error: [redacted] (refused)');
  });

  it.each(formsOf('guess me?'))("has no %s of somebody else's short password", form => {
    expect(redacted(`<${form}>`, 'guess me?')).toBe('<[redacted]>');
  });

  it.each([
    ['a secret access key', SECRET_KEY],
    ['the password of another region', 'BKVmjjMDFk/qqw8EROW99bjCS65PF8WKvK5bSr4Y6EqF'],
    ['another login', base64('\0AKIAI44QH8DHBEXAMPLE\0BKVmjjMDFk/qqw8EROW99bjCS65PF8WKvK5bSr4Y6EqF')],
    ['a secret access key in JSON that escapes slashes', SECRET_KEY.replaceAll('/', '\\/')],
    ['a secret access key in a URL', encodeURIComponent(SECRET_KEY)],
  ])('has no %s, although it is not the credential', (_what, form) => {
    expect(redacted(`said: "${form}"`)).toBe('said: "[redacted]"');
  });

  it('is otherwise as it was', () => {
    const text = '554 Access denied: User `arn:aws:iam::111122223333:user/relay\' is not authorized to perform `ses:SendRawEmail\' on resource '
      + '`arn:aws:ses:eu-west-1:111122223333:identity/example.com\'; see /etc/postfix/sasl_passwd, message 0102018f3c2b-4d5e6f70-8192-a3b4';
    expect(redacted(text)).toBe(text);
  });
});
