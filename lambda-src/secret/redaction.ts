import { Credential } from './credential';

const REDACTED = '[redacted]';

/** Base64, also as URLs and JSON write it, of at least the length of a secret access key. Passwords of SES are longer. */
const LIKE_A_SECRET = /(?:[A-Za-z0-9+/]|\\\/|%2[bf]|%3d){40,}={0,2}/gi;

/** The answer of someone who has received a credential, without the credential in any form that SMTP, URLs or JSON use. */
export function redact(text: string, { username, password }: Credential): string {
  const parts = [password.reveal(), username];
  const forms = [...[`\0${username}\0${password.reveal()}`, ...parts].map(base64), ...parts.map(encodeURIComponent), ...parts];
  return forms.reduce((rest, form) => rest.replaceAll(form, REDACTED), text.replace(LIKE_A_SECRET, REDACTED));
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
