import { Credential } from './credential';

const REDACTED = '[redacted]';

/** A run of what base64 is made of, also as a URL or JSON writes it, as long as a secret access key: passwords of SES are longer. */
const LIKE_A_SECRET = /(?:[A-Za-z0-9+/]|\\\/|%2[bf]|%3d){40,}={0,2}/gi;

/** What somebody says who was given a credential, without the credential in any form in which SMTP, URLs or JSON write it. */
export function redact(text: string, { username, password }: Credential): string {
  const parts = [password.reveal(), username];
  const forms = [...[`\0${username}\0${password.reveal()}`, ...parts].map(base64), ...parts.map(encodeURIComponent), ...parts];
  return forms.reduce((rest, form) => rest.replaceAll(form, REDACTED), text.replace(LIKE_A_SECRET, REDACTED));
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
