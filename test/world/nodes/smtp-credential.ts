export interface SmtpCredential {
  readonly username: string;
  readonly password: string;
}

/** Out of a secret's value, in any of the formats that carry it. */
export function parseCredential(secret: string): SmtpCredential {
  if (secret.startsWith('{')) return parseFields(JSON.parse(secret) as Record<string, string>);
  const separator = secret.indexOf(':');
  return { username: secret.slice(0, separator), password: secret.slice(separator + 1) };
}

/** The two fields may have the names of an environment's variables, as other constructs call them. */
function parseFields({ SMTP_USERNAME, SMTP_PASSWORD, username = SMTP_USERNAME, password = SMTP_PASSWORD }: Record<string, string>): SmtpCredential {
  return { username, password };
}
