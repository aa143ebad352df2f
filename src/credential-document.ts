import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { BindDocument, BoundDocument, DocumentContext } from './private/documents/document-binding';
import {
  checkDocument, checkInterpreter, checkLabel, checkParameters, checkPasswordMap, checkPath, checkRelayHost, checkRequires, checkScript, serverText,
  serverTexts,
} from './private/documents/document-checks';
import { existingDocument, existingDocumentWithCredential } from './private/documents/existing-document';
import { mailServerDocument, powerShellScriptDocument, shellScriptDocument, windowsMailServerDocument } from './private/documents/library-document';
import { checkMade } from './private/factories';
import { checkProps, checkValue, mapOf, memberOf, optional, SECRET, Shape, STRING } from './private/shapes';

/** Options that the documents of all mail servers have. */
export interface MailServerDocumentOptions {
  /**
   * The host whose entries the document changes.
   *
   * @default - the host of the SMTP endpoint
   */
  readonly relayHost?: string;
}

/** Options for `CredentialDocument.postfix`. */
export interface PostfixDocumentOptions extends MailServerDocumentOptions {
  /**
   * The lookup table with the credentials, as `smtp_sasl_password_maps` has it.
   *
   * It is `type:path` or `proxy:type:path`, with an absolute path.
   *
   * @default - the tables that `smtp_sasl_password_maps` names on each server, in each instance of Postfix
   */
  readonly passwordMap?: string;
}

/** Options for `CredentialDocument.exim`. */
export interface EximDocumentOptions extends MailServerDocumentOptions {
  /**
   * The file with lines of the form `host:user:password`, an absolute path.
   *
   * @default '/etc/exim4/passwd.client'
   */
  readonly passwordFile?: string;
}

/** The type of a Sendmail map. */
export enum SendmailMapType {
  /** A hash table of Berkeley DB. */
  HASH = 'hash',
  /** A B-tree of Berkeley DB. */
  BTREE = 'btree',
  /** NDBM. */
  DBM = 'dbm',
  /** A constant database. */
  CDB = 'cdb',
}

/** Options for `CredentialDocument.sendmail`. */
export interface SendmailDocumentOptions extends MailServerDocumentOptions {
  /**
   * The text of the authinfo map, an absolute path.
   *
   * The map is beside it, such as `authinfo.db`.
   *
   * @default '/etc/mail/authinfo'
   */
  readonly authinfoFile?: string;

  /**
   * The type of the map, as `FEATURE(authinfo)` in `sendmail.mc` names it.
   *
   * @default SendmailMapType.HASH
   */
  readonly mapType?: SendmailMapType;
}

/** Options for `CredentialDocument.openSmtpd`. */
export interface OpenSmtpdDocumentOptions extends MailServerDocumentOptions {
  /**
   * The configuration file, an absolute path.
   *
   * It says by which label OpenSMTPD relays, and in which table the credentials are.
   *
   * @default '/etc/smtpd.conf'
   */
  readonly configFile?: string;

  /**
   * The label of the entry that the document changes.
   *
   * It consists of letters, digits, `_`, `-` and `.`.
   *
   * @default - the labels before the relay host in the configuration, as in `smtp+tls://label@host:587`
   */
  readonly label?: string;
}

/** Options for `CredentialDocument.msmtp`. */
export interface MsmtpDocumentOptions extends MailServerDocumentOptions {
  /**
   * The configuration file with the accounts, an absolute path.
   *
   * @default '/etc/msmtprc'
   */
  readonly configFile?: string;
}

/** Options for `CredentialDocument.nullmailer`. */
export interface NullmailerDocumentOptions extends MailServerDocumentOptions {
  /**
   * The file with lines `host smtp user=… pass=…`, an absolute path.
   *
   * @default '/etc/nullmailer/remotes'
   */
  readonly remotesFile?: string;
}

/** Options for `CredentialDocument.dma`. */
export interface DmaDocumentOptions extends MailServerDocumentOptions {
  /**
   * The file with lines `user|host:password`, which `AUTHPATH` in dma.conf names, an absolute path.
   *
   * @default '/etc/dma/auth.conf'
   */
  readonly authFile?: string;
}

/** Options for `CredentialDocument.ssmtp`. */
export interface SsmtpDocumentOptions extends MailServerDocumentOptions {
  /**
   * The configuration with `mailhub`, `AuthUser` and `AuthPass`, an absolute path.
   *
   * @default '/etc/ssmtp/ssmtp.conf'
   */
  readonly configFile?: string;
}

/** Options for `CredentialDocument.iisSmtp`. */
export interface IisSmtpDocumentOptions extends MailServerDocumentOptions {}

/** Options for `CredentialDocument.exchangeSendConnector`. */
export interface ExchangeSendConnectorDocumentOptions extends MailServerDocumentOptions {}

/** Options for `CredentialDocument.hMailServer`. */
export interface HMailServerDocumentOptions extends MailServerDocumentOptions {
  /**
   * The secret with the password of hMailServer's administrator, as plain text of ASCII characters.
   *
   * hMailServer lets nobody change its settings without it. Each server reads the secret's current value itself, so the servers' role
   * needs `secretsmanager:GetSecretValue` on it: `administratorSecret.grantRead(role)`.
   */
  readonly administratorSecret: secretsmanager.ISecret;
}

/** Options for `CredentialDocument.existing`. */
export interface ExistingDocumentOptions {
  /** The document's parameter for the ARN of the secret. */
  readonly secretArnParameter: string;

  /**
   * The document's parameter for the id of the secret's version.
   *
   * The document must read this version instead of `AWSCURRENT`.
   */
  readonly versionIdParameter: string;

  /**
   * The document's parameter for the Region of the secret.
   *
   * @default - the document has none
   */
  readonly regionParameter?: string;

  /**
   * Further parameters of the document, with their values.
   *
   * Anyone may see the values: put no secret in them. A name has 1 to 64 letters, digits and `_`.
   *
   * @default - none
   */
  readonly parameters?: { [name: string]: string };

  /**
   * The version of the document: a number, `$DEFAULT` or `$LATEST`.
   *
   * @default - the document's default version
   */
  readonly documentVersion?: string;
}

/** Options for `CredentialDocument.existingWithCredential`. */
export interface ExistingDocumentWithCredentialOptions {
  /**
   * The document's parameter for the SMTP user name.
   *
   * @default 'SESUsername'
   */
  readonly usernameParameter?: string;

  /**
   * The document's parameter for the SMTP password.
   *
   * @default 'SESPassword'
   */
  readonly passwordParameter?: string;

  /**
   * Further parameters of the document, with their values.
   *
   * Anyone may see the values: put no secret in them. A name has 1 to 64 letters, digits and `_`.
   *
   * @default - none
   */
  readonly parameters?: { [name: string]: string };

  /**
   * The version of the document: a number, `$DEFAULT` or `$LATEST`.
   *
   * @default - the document's default version
   */
  readonly documentVersion?: string;
}

/** What the options of each method may be. */
const MAIL_SERVER: Shape<MailServerDocumentOptions> = { relayHost: optional(STRING) };
const POSTFIX: Shape<PostfixDocumentOptions> = { ...MAIL_SERVER, passwordMap: optional(STRING) };
const EXIM: Shape<EximDocumentOptions> = { ...MAIL_SERVER, passwordFile: optional(STRING) };
const SENDMAIL: Shape<SendmailDocumentOptions> = {
  ...MAIL_SERVER, authinfoFile: optional(STRING), mapType: optional(memberOf('SendmailMapType', SendmailMapType)),
};
const OPEN_SMTPD: Shape<OpenSmtpdDocumentOptions> = { ...MAIL_SERVER, configFile: optional(STRING), label: optional(STRING) };
const MSMTP: Shape<MsmtpDocumentOptions> = { ...MAIL_SERVER, configFile: optional(STRING) };
const NULLMAILER: Shape<NullmailerDocumentOptions> = { ...MAIL_SERVER, remotesFile: optional(STRING) };
const DMA: Shape<DmaDocumentOptions> = { ...MAIL_SERVER, authFile: optional(STRING) };
const SSMTP: Shape<SsmtpDocumentOptions> = { ...MAIL_SERVER, configFile: optional(STRING) };
const H_MAIL_SERVER: Shape<HMailServerDocumentOptions> = { ...MAIL_SERVER, administratorSecret: SECRET };
const FURTHER_PARAMETERS = { parameters: optional(mapOf(STRING)), documentVersion: optional(STRING) };
const EXISTING: Shape<ExistingDocumentOptions> = {
  ...FURTHER_PARAMETERS, secretArnParameter: STRING, versionIdParameter: STRING, regionParameter: optional(STRING),
};
const EXISTING_WITH_CREDENTIAL: Shape<ExistingDocumentWithCredentialOptions> = {
  ...FURTHER_PARAMETERS, usernameParameter: optional(STRING), passwordParameter: optional(STRING),
};

/**
 * What Systems Manager runs on a mail server to put a credential in place.
 *
 * The documents of this library receive the ARN of the secret and a version id, never a password: the server reads that
 * version itself, as root or SYSTEM. So it needs:
 * - an instance role with `secretsmanager:GetSecretValue` and `secretsmanager:DescribeSecret` on the secret and, if that
 *   has its own KMS key, `kms:Decrypt`: `grantRead` grants these;
 * - the AWS CLI, version 1 or 2, or, on Windows, AWS Tools for PowerShell;
 * - an SSM Agent of any version.
 *
 * Agents from 3.3.2746.0 pass the parameters on as environment variables. Older ones paste them into the script, where a
 * strict pattern keeps them harmless.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-doc-syntax.html
 */
export class CredentialDocument {
  /**
   * Replaces the entries of the SMTP endpoint in Postfix's `smtp_sasl_password_maps`, and nothing else.
   *
   * Works with the table types `hash`, `btree`, `lmdb`, `cdb`, `dbm`, `sdbm` and `texthash`, in all instances of Postfix.
   * It also replaces an entry under another key, such as a sender's, that has the very same credential. It leaves that
   * entry alone if its name belongs to another Region, or if that Region's entry comes first.
   *
   * Looks each key up with `postmap -q` in all tables in their order, as the user that reads them. Reloads Postfix only for
   * `texthash` and `proxy:`, and retries deferred mail. Fails and leaves the server unchanged if its tables have no entry for
   * the endpoint or are symbolic links, or if a table of another type answers first. Needs `postconf` and `postmap`.
   */
  public static postfix(options: PostfixDocumentOptions = {}): CredentialDocument {
    checkProps('CredentialDocument.postfix', options, POSTFIX);
    const { passwordMap, relayHost } = options;
    checkPasswordMap(passwordMap);
    checkRelayHost(relayHost);
    return new CredentialDocument(mailServerDocument('Postfix', ['sets.sh', 'entries.sh', 'postfix.sh'], relayHost, { password_map: passwordMap ?? '' }));
  }

  /**
   * Replaces the entries of the SMTP endpoint in the `passwd.client` of Debian's Exim, and nothing else.
   *
   * Debian's Exim looks the password up by the name that the address of the host stands for, which isn't the endpoint's.
   * So it also replaces:
   * - entries of the load balancer (`ses-smtp-….elb.amazonaws.com`);
   * - patterns with an SES credential, such as `*.amazonaws.com`;
   * - other entries with the very same credential.
   *
   * It leaves the credential of another Region alone. Checks the new file with lookups by `exim -be` as Exim's user, needs no reload,
   * and retries deferred mail. Needs `exim4` or `exim`. If Exim has the password in its configuration, replace that with
   * a lookup in such a file.
   *
   * @see https://manpages.debian.org/stable/exim4-config/exim4_passwd_client.5.en.html
   */
  public static exim(options: EximDocumentOptions = {}): CredentialDocument {
    checkProps('CredentialDocument.exim', options, EXIM);
    const { passwordFile = '/etc/exim4/passwd.client', relayHost } = options;
    checkPath('passwordFile', passwordFile);
    checkRelayHost(relayHost);
    return new CredentialDocument(mailServerDocument('Exim', ['sets.sh', 'entries.sh', 'exim.sh'], relayHost, { password_file: passwordFile }));
  }

  /**
   * Replaces user and password in the `AuthInfo:` entries of the SMTP endpoint, and rebuilds the map.
   *
   * Several entries can match, and all of them are replaced: that of the endpoint, that of the load balancer in front of
   * it, and the default entry for all servers. The default entry is replaced only if it has
   * an SES credential that isn't another Region's.
   *
   * Checks the new map with `makemap -u`, and asks `sendmail -bt` what it would log in with. Needs no reload, and retries
   * deferred mail. Needs `makemap` and `sendmail`.
   */
  public static sendmail(options: SendmailDocumentOptions = {}): CredentialDocument {
    checkProps('CredentialDocument.sendmail', options, SENDMAIL);
    const { authinfoFile = '/etc/mail/authinfo', mapType = SendmailMapType.HASH, relayHost } = options;
    checkPath('authinfoFile', authinfoFile);
    checkRelayHost(relayHost);
    return new CredentialDocument(mailServerDocument('sendmail', ['sets.sh', 'sendmail.sh'], relayHost, { authinfo_file: authinfoFile, map_type: mapType }));
  }

  /**
   * Replaces the entries that OpenSMTPD uses for the SMTP endpoint, in its tables of credentials.
   *
   * Finds labels and `file:` tables in the configuration, and applies them with `smtpctl update table`. Fails if a label
   * also serves the endpoint of another Region.
   *
   * OpenSMTPD keeps a credential as long as it has a connection to the relay host. So it relays no new messages until the
   * open connections have ended, 60 seconds at most. Reads the new table as OpenSMTPD's user,
   * checks it with `smtpd -n`, and retries deferred mail. Needs `smtpctl` and `smtpd`.
   */
  public static openSmtpd(options: OpenSmtpdDocumentOptions = {}): CredentialDocument {
    checkProps('CredentialDocument.openSmtpd', options, OPEN_SMTPD);
    const { configFile = '/etc/smtpd.conf', label = '', relayHost } = options;
    checkPath('configFile', configFile);
    checkRelayHost(relayHost);
    checkLabel(label);
    return new CredentialDocument(mailServerDocument('OpenSMTPD', ['sets.sh', 'entries.sh', 'login.sh', 'opensmtpd.sh'], relayHost, { config_file: configFile, label }));
  }

  /**
   * Replaces user and password in the accounts of msmtp whose host is the SMTP endpoint.
   *
   * Fails and leaves the server unchanged if such an account has `passwordeval`, or shares its line with an account of
   * another host. Checks the new configuration with `msmtp --pretend` as the owner of the file, because msmtp runs the
   * commands in it. Needs `msmtp`.
   */
  public static msmtp(options: MsmtpDocumentOptions = {}): CredentialDocument {
    checkProps('CredentialDocument.msmtp', options, MSMTP);
    const { configFile = '/etc/msmtprc', relayHost } = options;
    checkPath('configFile', configFile);
    checkRelayHost(relayHost);
    return new CredentialDocument(mailServerDocument('msmtp', ['login.sh', 'msmtp.sh'], relayHost, { config_file: configFile }));
  }

  /**
   * Replaces user and password in nullmailer's lines for the SMTP endpoint.
   *
   * nullmailer reads the file for each queue run. Because it has no tool that looks an entry up, reads the file as its
   * user and compares. Retries deferred mail. Needs `nullmailer-send`.
   */
  public static nullmailer(options: NullmailerDocumentOptions = {}): CredentialDocument {
    checkProps('CredentialDocument.nullmailer', options, NULLMAILER);
    const { remotesFile = '/etc/nullmailer/remotes', relayHost } = options;
    checkPath('remotesFile', remotesFile);
    checkRelayHost(relayHost);
    return new CredentialDocument(mailServerDocument('nullmailer', ['client.sh', 'login.sh', 'nullmailer.sh'], relayHost, { client_file: remotesFile }));
  }

  /**
   * Replaces user and password in the lines of the DragonFly Mail Agent for the SMTP endpoint.
   *
   * dma reads the file for each message. Because it has no tool that looks an entry up, reads the file as a user
   * of dma's group `mail` and compares. Retries deferred mail. Needs `dma`.
   */
  public static dma(options: DmaDocumentOptions = {}): CredentialDocument {
    checkProps('CredentialDocument.dma', options, DMA);
    const { authFile = '/etc/dma/auth.conf', relayHost } = options;
    checkPath('authFile', authFile);
    checkRelayHost(relayHost);
    return new CredentialDocument(mailServerDocument('dma', ['client.sh', 'login.sh', 'dma.sh'], relayHost, { client_file: authFile }));
  }

  /**
   * Replaces `AuthUser` and `AuthPass` of sSMTP, if its `mailhub` is the SMTP endpoint.
   *
   * sSMTP reads the file for each message, and keeps none that is refused. The mode of the file stays, because
   * those who send read it. Needs `ssmtp`.
   */
  public static ssmtp(options: SsmtpDocumentOptions = {}): CredentialDocument {
    checkProps('CredentialDocument.ssmtp', options, SSMTP);
    const { configFile = '/etc/ssmtp/ssmtp.conf', relayHost } = options;
    checkPath('configFile', configFile);
    checkRelayHost(relayHost);
    return new CredentialDocument(mailServerDocument('sSMTP', ['client.sh', 'login.sh', 'ssmtp.sh'], relayHost, { client_file: configFile }));
  }

  /**
   * Gives the credential to everything of the IIS SMTP service that relays to the SMTP endpoint.
   *
   * That is each virtual server whose smart host it is, and each remote domain whose route it is, because a route comes before the smart
   * host. Fails, and changes nothing, if one of them shares its credential with another host, does not use basic authentication, or does not
   * use TLS. Checks by reading the settings again. Where Windows hides the password, it compares the user name, and logs in to the
   * endpoint from the server. What does not keep the credential gets back what it held, and the error says what it holds now. Needs
   * Windows PowerShell 5.1 and the Windows features SMTP-Server and Web-WMI, which Windows Server 2025 removed. Has only run with a
   * stand-in for WMI.
   *
   * @see https://learn.microsoft.com/windows-server/get-started/removed-deprecated-features-windows-server
   */
  public static iisSmtp(options: IisSmtpDocumentOptions = {}): CredentialDocument {
    checkProps('CredentialDocument.iisSmtp', options, MAIL_SERVER);
    const { relayHost } = options;
    checkRelayHost(relayHost);
    return new CredentialDocument(windowsMailServerDocument('IIS SMTP', 'iis-smtp.ps1', relayHost));
  }

  /**
   * Gives the credential to the send connectors of Exchange Server whose smart host is the SMTP endpoint.
   *
   * Send connectors are the organization's: run it on one mailbox or edge server, because each further one finds the work done. Fails,
   * and changes nothing, if an enabled connector shares its credential with another smart host, or has another `SmartHostAuthMechanism` than
   * `BasicAuthRequireTLS` (or `BasicAuth` with `RequireTLS`). Checks by reading the connectors again. Where Exchange hides the password,
   * it compares the user name, and logs in to the endpoint from the server. A connector that does not keep the credential gets back what it
   * held. Exchange reads its connectors again within minutes. Needs Exchange's management shell, and a computer account that may change
   * connectors, as that of each Exchange server may. Has only run with stand-ins for Exchange's cmdlets.
   *
   * @see https://learn.microsoft.com/powershell/module/exchange/set-sendconnector
   */
  public static exchangeSendConnector(options: ExchangeSendConnectorDocumentOptions = {}): CredentialDocument {
    checkProps('CredentialDocument.exchangeSendConnector', options, MAIL_SERVER);
    const { relayHost } = options;
    checkRelayHost(relayHost);
    return new CredentialDocument(windowsMailServerDocument('Exchange', 'exchange-send-connector.ps1', relayHost));
  }

  /**
   * Gives the credential to hMailServer's SMTP relayer and to its routes, where these lead to the SMTP endpoint.
   *
   * hMailServer never shows a password. So this logs in to the endpoint from the server before it changes anything, and afterwards compares
   * the user name. Fails, and changes nothing, if the relayer or a route for the endpoint does not log in or has no connection security.
   * hMailServer uses the credential at once. Needs hMailServer 5.4 or newer, and a route from the server to the endpoint's port. Has only
   * run with a stand-in for hMailServer's COM interface.
   *
   * @see https://www.hmailserver.com/documentation/latest/?page=com_objects
   */
  public static hMailServer(options: HMailServerDocumentOptions): CredentialDocument {
    checkProps('CredentialDocument.hMailServer', options, H_MAIL_SERVER);
    const { administratorSecret, relayHost } = options;
    checkRelayHost(relayHost);
    return new CredentialDocument(windowsMailServerDocument('hMailServer', 'hmailserver.ps1', relayHost, { AdministratorSecret: administratorSecret.secretArn }));
  }

  /**
   * Your own shell script, run as root after the credential was fetched and checked.
   *
   * It finds the shell variables `SMTP_USERNAME`, `SMTP_PASSWORD`, `SMTP_HOST` and `SMTP_PORT`, which are not exported.
   * It must end with exit code 0 only if the server uses them from now on. It may run again with the same credential.
   *
   * It runs in `sh` with `set -e`, or in the shell that its `#!` line names: `sh`, `bash`, `dash`, `ksh` or `zsh`, with
   * no options except `-e` and `-u`. Don't print the password: Run Command keeps what a script prints.
   *
   * @param text the script; it must not contain `{{ name }}`, which Systems Manager takes for a parameter
   */
  public static shellScript(text: string): CredentialDocument {
    const script = serverText('shellScript', text);
    checkScript('shellScript', script);
    checkInterpreter('shellScript', script);
    return new CredentialDocument(shellScriptDocument(script));
  }

  /**
   * Your own PowerShell script for Windows nodes, run as SYSTEM after the credential was fetched and checked.
   *
   * It finds the variables `$SmtpUsername`, `$SmtpPassword`, `$SmtpHost` and `$SmtpPort`. It must throw
   * unless the server uses them from now on; `return` ends it early, and `exit` is a failure. The last program's exit code must be 0: after
   * one with another meaning, such as `robocopy`, set `$LASTEXITCODE = 0`. It runs in a PowerShell process of its own, with
   * `$ErrorActionPreference = 'Stop'`, and may run again with the same credential. Run Command keeps what programs write to standard error;
   * everything else that it prints is discarded. A policy for module logging writes down what it gives to cmdlets, password included.
   *
   * @param text the script; `{{ name }}` is refused, because Systems Manager takes it for a parameter, and so is `#Requires`
   */
  public static powerShellScript(text: string): CredentialDocument {
    const script = serverText('powerShellScript', text);
    checkScript('powerShellScript', script);
    checkRequires('powerShellScript', script);
    return new CredentialDocument(powerShellScriptDocument(script));
  }

  /**
   * A document that you already have, which reads the secret itself.
   *
   * It must read the version that it is given. It must not read `AWSCURRENT`, which moves only after every server has
   * confirmed. It must fail on a server that doesn't use the credential.
   *
   * Synthesis warns about AWS documents that run whatever their parameters contain, such as `AWS-RunShellScript`.
   *
   * @param name the document's name, or its ARN if another account shares it
   */
  public static existing(name: string, options: ExistingDocumentOptions): CredentialDocument {
    checkValue('name of CredentialDocument.existing', name, STRING);
    checkProps('CredentialDocument.existing', options, EXISTING);
    const { documentVersion: version, parameters: constants, regionParameter, secretArnParameter, versionIdParameter } = options;
    const parameters = { secretArn: secretArnParameter, versionId: versionIdParameter, region: regionParameter };
    checkDocument('existing', name, version);
    checkParameters('existing', parameters, constants);
    return new CredentialDocument(existingDocument({ name, version, parameters, constants: constants && serverTexts('existing', constants) }), true, false);
  }

  /**
   * A document that you already have, which takes user name and password as parameters.
   *
   * A stopgap: anyone who can list commands can read the password, and EventBridge carries it. Prefer `existing`.
   * Synthesis warns about it.
   *
   * @param name the document's name, or its ARN if another account shares it
   */
  public static existingWithCredential(name: string, options: ExistingDocumentWithCredentialOptions = {}): CredentialDocument {
    checkValue('name of CredentialDocument.existingWithCredential', name, STRING);
    checkProps('CredentialDocument.existingWithCredential', options, EXISTING_WITH_CREDENTIAL);
    const { documentVersion: version, parameters: constants, usernameParameter = 'SESUsername', passwordParameter = 'SESPassword' } = options;
    const parameters = { username: usernameParameter, password: passwordParameter };
    checkDocument('existingWithCredential', name, version);
    checkParameters('existingWithCredential', parameters, constants);
    return new CredentialDocument(existingDocumentWithCredential({ name, version, parameters, constants: constants && serverTexts('existingWithCredential', constants) }), false, false);
  }

  private constructor(
    private readonly bindTo: BindDocument,
    /**
     * Whether the document can run without the rotation function.
     *
     * @internal
     */
    public readonly _readsSecret: boolean = true,
    /**
     * Whether the document comes from this library. Then it knows its endpoint, and finds out which version servers must hold, even during a rotation.
     *
     * @internal
     */
    public readonly _ofThisLibrary: boolean = true,
  ) {
    checkMade('CredentialDocument', bindTo);
  }

  /** @internal */
  public _bind(scope: Construct, context: DocumentContext): BoundDocument {
    return this.bindTo(scope, context);
  }
}
