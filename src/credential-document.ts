import { readFileSync } from 'fs';
import { join } from 'path';
import { Annotations, ArnFormat, Stack, Token, Tokenization } from 'aws-cdk-lib';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { isHostName } from './host-name';
import { DocumentConfig, DocumentParameterNames, EndpointConfig, FormatConfig } from './rotation-contract';

const SCRIPTS = join(__dirname, '..', 'assets', 'documents');
/** How long a document of this library may run on a node, in seconds. */
const EXECUTION_TIMEOUT = 300;

/** Options of `CredentialDocument.postfix`. */
export interface PostfixDocumentOptions {
  /**
   * The lookup table with the credentials, as Postfix writes it: `type:path`.
   *
   * @default - the tables that `smtp_sasl_password_maps` names on each server
   */
  readonly passwordMap?: string;

  /**
   * The host whose entries are changed.
   *
   * @default - the host of the SMTP endpoint
   */
  readonly relayHost?: string;
}

/** Options of `CredentialDocument.existing`. */
export interface ExistingDocumentOptions {
  /** The document's parameter for the ARN of the secret. */
  readonly secretArnParameter: string;

  /** The document's parameter for the id of the secret's version, which is to be read instead of AWSCURRENT. */
  readonly versionIdParameter: string;

  /**
   * The document's parameter for the region of the secret.
   *
   * @default - the document has none
   */
  readonly regionParameter?: string;

  /**
   * Further parameters of the document with their values, which everybody may see.
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

/** Options of `CredentialDocument.existingWithCredential`. */
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
   * Further parameters of the document with their values, which everybody may see.
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

/**
 * What a document needs to know of its rotation.
 *
 * @internal
 */
export interface DocumentContext {
  readonly endpoint: EndpointConfig;
  readonly format: FormatConfig;
}

/**
 * What a document comes down to.
 *
 * @internal
 */
export interface BoundDocument {
  readonly config: DocumentConfig;
  /** The document in a policy. */
  readonly arn: string;
}

/**
 * What runs on a mail server to put a credential in place.
 *
 * The documents of this library get the secret's ARN and a version id, never a password: the server
 * reads that version itself. So its instance role must be allowed to (`grantRead`), and it needs the AWS
 * CLI or, on Windows, AWS Tools for PowerShell. Any version of the SSM agent will do.
 */
export class CredentialDocument {
  /**
   * Replaces the entries of the SMTP endpoint in Postfix's `smtp_sasl_password_maps`, and nothing else.
   *
   * Works with the table types `hash`, `btree`, `lmdb`, `cdb`, `dbm`, `sdbm` and `texthash`. Fails on a
   * server whose tables have no entry for the endpoint or are symbolic links, and leaves it unchanged then.
   */
  public static postfix(options: PostfixDocumentOptions = {}): CredentialDocument {
    const { passwordMap = '', relayHost } = options;
    checkPostfixOptions(options);
    return new CredentialDocument((scope, context) => defineShellDocument(scope, 'Postfix: use the SES SMTP credential of a secret version', [
      ...settings(context),
      ...shellVariables({ password_map: passwordMap, relay_host: relayHost ?? context.endpoint.host }),
      ...script('credential.sh'),
      ...script('postfix.sh'),
    ]));
  }

  /**
   * Your own shell script, run as root after the credential was fetched and checked.
   *
   * It finds the shell variables `SMTP_USERNAME`, `SMTP_PASSWORD`, `SMTP_HOST` and `SMTP_PORT`, not
   * exported, and must end with exit code 0 only if the server uses them from now on. It runs in `sh` with
   * `set -e`, or in the shell that its `#!` line names: `sh`, `bash`, `dash`, `ksh` or `zsh`. It may run
   * again with the same credential. Do not print the password: what a script prints is kept by Run Command.
   *
   * @param text the script; `{{ name }}` is refused, because Systems Manager takes it for a parameter
   */
  public static shellScript(text: string): CredentialDocument {
    checkScript('shellScript', text);
    const [firstLine] = text.split('\n');
    if (firstLine.startsWith('#!') && !/^#! ?\/(\S*\/)?(env )?(ba|da|k|z)?sh( -[eu]+)?$/.test(firstLine)) {
      throw new Error(`shellScript must be for sh, bash, dash, ksh or zsh, with no option but -e and -u, got '${firstLine}'`);
    }
    const interpreter = firstLine.startsWith('#!') ? firstLine : '#!/bin/sh';
    return new CredentialDocument((scope, context) => defineShellDocument(scope, 'Use the SES SMTP credential of a secret version', [
      ...settings(context),
      ...script('credential.sh'),
      'apply() (',
      ...text.split('\n'),
      ')',
      ...script('shell-script.sh'),
    ], interpreter));
  }

  /**
   * Your own PowerShell script for Windows nodes, run as SYSTEM after the credential was fetched and checked.
   *
   * It finds the variables `$SmtpUsername`, `$SmtpPassword`, `$SmtpHost` and `$SmtpPort`. It must throw
   * unless the server uses them from now on, and must not call `exit`. Its output is discarded.
   *
   * @param text the script; `{{ name }}` is refused, because Systems Manager takes it for a parameter
   */
  public static powerShellScript(text: string): CredentialDocument {
    checkScript('powerShellScript', text);
    return new CredentialDocument((scope, context) => defineDocument(scope, 'aws:runPowerShellScript', 'Use the SES SMTP credential of a secret version', [
      ...powerShellSettings(context),
      ...script('credential.ps1'),
      '$Apply = {',
      ...text.split('\n'),
      '}',
      ...script('powershell-script.ps1'),
    ]));
  }

  /**
   * A document that you have already, which reads the secret itself.
   *
   * It must read the version that it is given, not AWSCURRENT, which moves only after every server has
   * confirmed, and must fail on a server that does not use the credential.
   *
   * @param name the document's name, or its ARN if another account shares it
   */
  public static existing(name: string, options: ExistingDocumentOptions): CredentialDocument {
    const { documentVersion, parameters: constants, regionParameter, secretArnParameter, versionIdParameter } = options;
    const parameters = { secretArn: secretArnParameter, versionId: versionIdParameter, region: regionParameter };
    checkParameters('existing', parameters, constants);
    return new CredentialDocument(scope => existingDocument(scope, { name, version: documentVersion, marker: false, parameters, constants }));
  }

  /**
   * A document that you have already, which takes user name and password as parameters.
   *
   * Everybody who may list commands can read the password, and EventBridge carries it: prefer `existing`.
   * Synthesis warns about it.
   *
   * @param name the document's name, or its ARN if another account shares it
   */
  public static existingWithCredential(name: string, options: ExistingDocumentWithCredentialOptions = {}): CredentialDocument {
    const { documentVersion, parameters: constants, usernameParameter = 'SESUsername', passwordParameter = 'SESPassword' } = options;
    const parameters = { username: usernameParameter, password: passwordParameter };
    checkParameters('existingWithCredential', parameters, constants);
    return new CredentialDocument(scope => {
      Annotations.of(scope).addWarningV2('cdk-ses-smtp-credential-rotation:passwordInCommand',
        `document ${name} takes the password as a command parameter, which ssm:ListCommands and EventBridge show; `
        + 'let the document read the secret and use CredentialDocument.existing instead');
      return existingDocument(scope, { name, version: documentVersion, marker: false, parameters, constants });
    });
  }

  private constructor(private readonly bindTo: (scope: Construct, context: DocumentContext) => BoundDocument) {}

  /** @internal */
  public _bind(scope: Construct, context: DocumentContext): BoundDocument {
    return this.bindTo(scope, context);
  }
}

function existingDocument(scope: Construct, config: DocumentConfig): BoundDocument {
  return { config, arn: documentArn(scope, config.name) };
}

function documentArn(scope: Construct, name: string): string {
  if (!Token.isUnresolved(name) && name.startsWith('arn:')) return name;
  const ownedByAws = !Token.isUnresolved(name) && /^(AWS|Amazon)/.test(name);
  return Stack.of(scope).formatArn({
    service: 'ssm', resource: 'document', resourceName: name, account: ownedByAws ? '' : undefined, arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
}

function defineShellDocument(scope: Construct, description: string, lines: string[], interpreter = '#!/bin/sh'): BoundDocument {
  return defineDocument(scope, 'aws:runShellScript', description, [interpreter, ...lines]);
}

/** Unnamed, so that a changed document replaces the one before it. */
function defineDocument(scope: Construct, action: string, description: string, lines: string[]): BoundDocument {
  const document = new ssm.CfnDocument(scope, 'Document', {
    documentType: 'Command',
    documentFormat: 'JSON',
    targetType: '/',
    content: {
      schemaVersion: '2.2',
      description,
      parameters: {
        SecretArn: parameter('The secret', '^arn:[a-z0-9-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+$'),
        VersionId: parameter('The version of the secret to use', '^[A-Za-z0-9-]{32,64}$'),
        Region: parameter('The region of the secret', '^[a-z0-9-]+$'),
      },
      mainSteps: [{ action, name: 'applyCredential', inputs: { timeoutSeconds: String(EXECUTION_TIMEOUT), runCommand: lines } }],
    },
  });
  const parameters = { secretArn: 'SecretArn', versionId: 'VersionId', region: 'Region' };
  return { config: { name: document.ref, marker: true, parameters }, arn: documentArn(scope, document.ref) };
}

/** The agent exports the value instead of pasting it into the script; the pattern protects agents that are too old for that. */
function parameter(description: string, allowedPattern: string) {
  return { type: 'String', description, allowedPattern, interpolationType: 'ENV_VAR' };
}

function script(name: string): string[] {
  return readFileSync(join(SCRIPTS, name), 'utf-8').trimEnd().split('\n');
}

function settings({ endpoint, format }: DocumentContext): string[] {
  return shellVariables({
    username_field: asPattern(format.fields?.username),
    password_field: asPattern(format.fields?.password),
    SMTP_HOST: endpoint.host,
    SMTP_PORT: Tokenization.stringifyNumber(endpoint.port),
  });
}

/** The script looks for the name with a regular expression. */
function asPattern(name = ''): string {
  return name.replace(/\./g, '[.]');
}

function shellVariables(variables: Record<string, string>): string[] {
  return Object.entries(variables).map(([name, value]) => `${name}='${value}'`);
}

function powerShellSettings({ endpoint, format }: DocumentContext): string[] {
  return [
    `$UsernameField = '${format.fields?.username ?? ''}'`,
    `$PasswordField = '${format.fields?.password ?? ''}'`,
    `$SmtpHost = '${endpoint.host}'`,
    `$SmtpPort = '${Tokenization.stringifyNumber(endpoint.port)}'`,
  ];
}

function checkPostfixOptions({ passwordMap, relayHost }: PostfixDocumentOptions): void {
  if (passwordMap !== undefined && !Token.isUnresolved(passwordMap) && !/^(hash|btree|lmdb|cdb|dbm|sdbm|texthash):\/[^\s'"]+$/.test(passwordMap)) {
    throw new Error('passwordMap must be hash, btree, lmdb, cdb, dbm, sdbm or texthash and an absolute path, '
      + `such as 'hash:/etc/postfix/sasl_passwd', got '${passwordMap}'`);
  }
  if (relayHost !== undefined && !isHostName(relayHost)) {
    throw new Error(`relayHost must be a host name without brackets and port, got '${relayHost}'`);
  }
}

function checkScript(prop: string, text: string): void {
  if (text.trim() === '') throw new Error(`${prop} must not be empty`);
  const [reference] = text.match(/\{\{\s*[\w.:/-]+\s*\}\}/) ?? [];
  if (reference) throw new Error(`${prop} must not contain ${reference}, which Systems Manager takes for a parameter; write it in another way`);
}

function checkParameters(method: string, names: DocumentParameterNames, constants: { [name: string]: string } = {}): void {
  const all = [...Object.values(names).filter((name): name is string => name !== undefined), ...Object.keys(constants)];
  const unusable = all.find(name => !Token.isUnresolved(name) && !/^[A-Za-z0-9_]{1,64}$/.test(name));
  if (unusable !== undefined) {
    throw new Error(`parameter names of CredentialDocument.${method} must be 1 to 64 letters, digits and "_", got "${unusable}"`);
  }
  if (new Set(all).size < all.length) throw new Error(`parameter names of CredentialDocument.${method} must differ, got ${all.join(', ')}`);
}
