import { chmod, chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { vi } from 'vitest';
import { feed, install, run } from './machine';
import { CredentialDocument } from '../../src';

/** Where a mail server relays to. */
export interface Relay {
  readonly host: string;
  readonly port: number;
  readonly caFile: string;
}

/** A real mail server of this machine. */
export interface RealServer {
  readonly name: string;
  readonly document: CredentialDocument;
  /** The file with the credential. */
  readonly file: string;
  /** What is in it besides the entry for the endpoint, and must stay. */
  readonly otherLines: string;
  entryFor(relay: Relay, user: string, password: string): string;
  /** A file as people make them over the years; with another credential it differs in nothing else. */
  worn(relay: Relay, user: string, password: string): string;
  install(): Promise<void>;
  /** Sets the server up for a relay, with what is in the file already, and starts it. */
  start(relay: Relay): Promise<void>;
  stop(): Promise<void>;
  /** Makes the server take up a file that was written by hand. */
  takeUp(): Promise<unknown>;
  /** Hands a message to the server by its own program. */
  submit(message: string, sender: string, recipient: string): Promise<number>;
}

/** The server's file with a first entry, and no index of an earlier one. */
export async function writeFirstEntry(server: RealServer, relay: Relay): Promise<void> {
  for (const suffix of ['.db', '.lmdb', '.cdb']) await rm(`${server.file}${suffix}`, { force: true });
  await mkdir(dirname(server.file), { recursive: true });
  await writeFile(server.file, `${server.otherLines}${server.entryFor(relay, 'user', 'password')}\n`);
  await chmod(server.file, 0o640);
}

async function sendmail(message: string, sender: string, recipient: string): Promise<number> {
  return feed(message, '/usr/sbin/sendmail', '-i', '-f', sender, recipient);
}

async function group(name: string): Promise<number> {
  return Number((await run('getent', 'group', name)).split(':')[2]);
}

/** Postfix with a type of lookup table. */
export function postfixWith(mapType: string, ...packages: string[]): RealServer {
  const buildIndex = async () => mapType === 'texthash' || run('postmap', `${mapType.replace('proxy:', '')}:/etc/postfix/sasl_passwd`);
  return {
    name: `Postfix with ${mapType}`,
    document: CredentialDocument.postfix(),
    file: '/etc/postfix/sasl_passwd',
    otherLines: '# relays\n[smtp.partner.example]:587\tpartner:kept\n',
    entryFor: ({ host, port }, user, password) => `[${host}]:${port} ${user}:${password}`,
    worn: ({ host, port }, user, password) => `# relays\n\n[smtp.partner.example]:587\tpartner:kept\n${host} ${user}:${password}\r\n`
      + `[${host}]:${port} \t ${user}:${password}  \n\n# [${host}]:${port} user:password\nrelay@example.com ${user}:${password}\n`
      + `[${host}.example.com]:${port} other:kept`,
    install: async () => install('postfix', 'libsasl2-modules', ...packages),
    start: async relay => {
      await writeFile('/etc/postfix/main.cf', [
        'compatibility_level = 3.6', 'inet_interfaces = loopback-only', 'mydestination =', 'maillog_file = /var/log/mail-servers-test.log',
        `relayhost = [${relay.host}]:${relay.port}`, 'smtp_sender_dependent_authentication = yes', 'smtp_host_lookup = native', 'smtp_sasl_auth_enable = yes',
        'smtp_sasl_security_options = noanonymous', `smtp_sasl_password_maps = ${mapType}:/etc/postfix/sasl_passwd`,
        'smtp_tls_security_level = verify', `smtp_tls_CAfile = ${relay.caFile}`, 'smtp_tls_verify_cert_match = hostname', '',
      ].join('\n'));
      await run('postconf', '-F', '*/*/chroot = n');
      // The server behind proxy: reads tables as the user postfix.
      if (mapType.startsWith('proxy:')) await chown('/etc/postfix/sasl_passwd', 0, await group('postfix'));
      await buildIndex();
      await run('postfix', 'start');
    },
    takeUp: async () => {
      await buildIndex();
      if (mapType === 'texthash') await run('postfix', 'reload');
    },
    stop: async () => { await run('postfix', 'stop').catch(() => undefined); },
    submit: sendmail,
  };
}

export const postfix = postfixWith('hash');

export const exim: RealServer = {
  name: 'Exim',
  document: CredentialDocument.exim(),
  file: '/etc/exim4/passwd.client',
  otherLines: '# relays\nsmtp.partner.example:partner:kept\n',
  entryFor: ({ host }, user, password) => `${host}:${user}:${password}`,
  worn: ({ host }, user, password) => `# relays\n\nsmtp.partner.example:partner:kept\n${host}: ${user}:${password}\r\n`
    + `#${host}:user:password\n${host}.example.com:other:kept\n*.amazonaws.com:${user}:${password}  \n*:anybody:kept`,
  install: async () => install('exim4-daemon-light', 'exim4-config'),
  start: async ({ host, port, caFile }) => {
    await chown(exim.file, 0, await group('Debian-exim'));
    await writeFile('/etc/exim4/exim4.conf.localmacros', [
      'REMOTE_SMTP_SMARTHOST_HOSTS_REQUIRE_TLS = *', `REMOTE_SMTP_SMARTHOST_TLS_VERIFY_CERTIFICATES = ${caFile}`, '',
    ].join('\n'));
    await writeFile('/etc/exim4/update-exim4.conf.conf', [
      "dc_eximconfig_configtype='satellite'", "dc_other_hostnames=''", "dc_local_interfaces='127.0.0.1'", "dc_readhost='example.com'",
      "dc_relay_domains=''", "dc_minimaldns='false'", "dc_relay_nets=''", `dc_smarthost='${host}::${port}'`, "CFILEMODE='644'",
      "dc_use_split_config='false'", "dc_hide_mailname='true'", "dc_mailname_in_oh='true'", "dc_localdelivery='mail_spool'", '',
    ].join('\n'));
    await run('update-exim4.conf');
    await run('/usr/sbin/exim4', '-bd', '-q30m');
  },
  takeUp: async () => undefined,
  stop: async () => {
    await run('pkill', '-x', 'exim4').catch(() => undefined);
    await run('sh', '-c', 'rm -rf /var/spool/exim4/input/*');
  },
  submit: sendmail,
};

export const sendmailServer: RealServer = {
  name: 'sendmail',
  document: CredentialDocument.sendmail(),
  file: '/etc/mail/authinfo',
  otherLines: '# relays\nAuthInfo:smtp.partner.example "U:root" "I:partner" "P:kept"\n',
  entryFor: ({ host }, user, password) => `AuthInfo:${host}\t"U:root" "I:${user}" "P:${password}" "M:PLAIN"`,
  worn: ({ host }, user, password) => '# relays\n\nAuthInfo:smtp.partner.example "U:root" "I:partner" "P:kept"\n'
    + `AuthInfo:${host} \t "U:root"  "I:${user}"\t"P:${password}" "M:PLAIN"  \n# AuthInfo:${host} "U:root" "I:user" "P:password"\n`
    + `AuthInfo:ses-smtp-prod-1.eu-west-1.elb.amazonaws.com "U:${user}" "I:${user}" "P:${password}"\n`
    + `AuthInfo:${host}.example.com "U:root" "I:other" "P:kept"\nAuthInfo: "U:root" "I:${user}" "P:${password}"`,
  install: async () => install('sendmail-bin', 'sendmail-cf', 'libsasl2-modules'),
  start: async ({ host, port, caFile }) => {
    await writeFile('/etc/mail/test.mc', [
      'define(`_USE_ETC_MAIL_\')dnl', 'include(`/usr/share/sendmail/cf/m4/cf.m4\')dnl', 'OSTYPE(`debian\')dnl', 'DOMAIN(`debian-mta\')dnl',
      'undefine(`confHOST_STATUS_DIRECTORY\')dnl', 'FEATURE(`authinfo\', `hash -o /etc/mail/authinfo.db\')dnl', 'FEATURE(`nocanonify\')dnl',
      `define(\`SMART_HOST', \`[${host}]')dnl`, `define(\`RELAY_MAILER_ARGS', \`TCP $h ${port}')dnl`,
      'define(`confAUTH_MECHANISMS\', `LOGIN PLAIN\')dnl', `define(\`confCACERT', \`${caFile}')dnl`,
      'MAILER(`local\')dnl', 'MAILER(`smtp\')dnl', '',
    ].join('\n'));
    await writeFile('/etc/mail/sendmail.cf', await run('m4', '/etc/mail/test.mc'));
    await sendmailServer.takeUp();
  },
  takeUp: async () => run('sh', '-c', 'makemap hash /etc/mail/authinfo < /etc/mail/authinfo'),
  stop: async () => undefined,
  submit: async (message, sender, recipient) => feed(message, '/usr/sbin/sendmail', '-Am', '-odi', '-i', '-f', sender, recipient),
};

export const openSmtpd: RealServer = {
  name: 'OpenSMTPD',
  document: CredentialDocument.openSmtpd(),
  file: '/etc/mail/secrets',
  otherLines: '# relays\npartner partner:kept\n',
  entryFor: (_relay, user, password) => `ses ${user}:${password}`,
  worn: (_relay, user, password) => `# relays\n\npartner partner:kept\nses \t ${user}:${password}\n# ses user:password\n`
    + `older\t${user}:${password}\nses2 other:kept`,
  install: async () => install('opensmtpd'),
  start: async ({ host, port }) => {
    await chown(openSmtpd.file, 0, await group('opensmtpd'));
    await writeFile('/etc/smtpd.conf', [
      'table secrets file:/etc/mail/secrets', 'listen on socket',
      `action "relay" relay host smtp+tls://ses@${host}:${port} auth <secrets>`, 'match from local for any action "relay"', '',
    ].join('\n'));
    await run('smtpd');
    await vi.waitFor(async () => run('smtpctl', 'show', 'status'), { timeout: 30_000 });
  },
  takeUp: async () => run('smtpctl', 'update', 'table', 'secrets'),
  stop: async () => {
    await run('pkill', '-x', 'smtpd').catch(() => undefined);
    await run('sh', '-c', 'rm -rf /var/spool/smtpd/queue/* /var/spool/smtpd/incoming/* /var/spool/smtpd/offline/*');
  },
  submit: sendmail,
};

export const msmtp: RealServer = {
  name: 'msmtp',
  document: CredentialDocument.msmtp({ configFile: '/etc/msmtp/config' }),
  file: '/etc/msmtp/config',
  otherLines: 'account partner\nhost smtp.partner.example\nuser partner\npassword kept\n\n',
  entryFor: ({ host, port, caFile }, user, password) =>
    `account ses\nhost ${host}\nport ${port}\ntls on\ntls_trust_file ${caFile}\nauth on\nfrom relay@example.com\nuser ${user}\npassword ${password}`,
  worn: ({ host, port, caFile }, user, password) => `# relays\ndefaults\ntls on\ntls_trust_file ${caFile}\nauth on\n\n`
    + `account partner\nhost smtp.partner.example\nuser partner\npassword kept\n\naccount ses\n\thost ${host}\n  port\t${port}\n`
    + `from relay@example.com\n user\t${user}  \npassword   ${password}\n# password kept\n\naccount other : ses\nuser ${user}\npassword ${password}`,
  install: async () => install('msmtp', 'ca-certificates'),
  start: async () => chmod(msmtp.file, 0o640),
  takeUp: async () => undefined,
  stop: async () => undefined,
  submit: async (message, sender, recipient) => feed(message, 'msmtp', '-C', msmtp.file, '-a', 'ses', '-f', sender, recipient),
};

export const nullmailer: RealServer = {
  name: 'nullmailer',
  document: CredentialDocument.nullmailer(),
  file: '/etc/nullmailer/remotes',
  otherLines: '# relays\n',
  entryFor: ({ host, port, caFile }, user, password) => `${host} smtp --port=${port} --starttls x509cafile=${caFile} --user=${user} "--pass=${password}"`,
  worn: ({ host, port, caFile }, user, password) => `# ${host} smtp user=user pass=password\n\n`
    + `${host}\tsmtp  port=${port} starttls x509cafile='${caFile}' user=${user}\tpass=${password}  \nsmtp.partner.example smtp user=partner pass='k e p t'`,
  install: async () => install('nullmailer'),
  start: async () => {
    await run('chown', 'mail:mail', nullmailer.file);
    await writeFile('/etc/nullmailer/me', 'mail.example.com\n');
    await run('sh', '-c', 'setsid setpriv --reuid mail --regid mail --clear-groups nullmailer-send >/dev/null 2>&1 </dev/null &');
  },
  takeUp: async () => undefined,
  stop: async () => {
    await run('pkill', '-x', 'nullmailer-send').catch(() => undefined);
    await run('sh', '-c', 'rm -f /var/spool/nullmailer/queue/*');
  },
  submit: sendmail,
};

export const dma: RealServer = {
  name: 'dma',
  document: CredentialDocument.dma(),
  file: '/etc/dma/auth.conf',
  otherLines: '# relays\npartner|smtp.partner.example:kept\n',
  entryFor: ({ host }, user, password) => `${user}|${host}:${password}`,
  worn: ({ host }, user, password) => `# user|${host}:password\n\npartner|smtp.partner.example:kept\n${user}|${host}:${password}\n`
    + `other|${host}.example.com:kept\n${user}|${host} ${password}`,
  install: async () => install('dma'),
  start: async ({ host, port }) => {
    await run('chown', 'root:mail', dma.file);
    await writeFile('/etc/dma/dma.conf', `SMARTHOST ${host}\nPORT ${port}\nAUTHPATH ${dma.file}\nSECURETRANSFER\nSTARTTLS\nMAILNAME mail.example.com\n`);
    await run('chown', 'root:mail', '/etc/dma/dma.conf');
  },
  takeUp: async () => undefined,
  stop: async () => { await run('sh', '-c', 'rm -f /var/spool/dma/*'); },
  submit: sendmail,
};

export const ssmtp: RealServer = {
  name: 'sSMTP',
  document: CredentialDocument.ssmtp(),
  file: '/etc/ssmtp/ssmtp.conf',
  otherLines: '# relays\nhostname=mail.example.com\nFromLineOverride=YES\n',
  entryFor: ({ host, port }, user, password) => `mailhub=${host}:${port}\nUseSTARTTLS=YES\nAuthUser=${user}\nAuthPass=${password}`,
  worn: ({ host, port }, user, password) => `# AuthPass=kept\n\nhostname=mail.example.com\nFromLineOverride=YES\nAuthUser=${user}\n`
    + `UseSTARTTLS=YES\nMailHub=${host}:${port}\nAuthPass=${password}\nAuthMethod=LOGIN\n`,
  install: async () => install('ssmtp'),
  start: async () => { await run('chown', 'root:mail', ssmtp.file); },
  takeUp: async () => undefined,
  stop: async () => undefined,
  submit: sendmail,
};

export const CLIENTS = [nullmailer, dma, ssmtp];

export const SERVERS = [postfix, exim, sendmailServer, openSmtpd, msmtp];
