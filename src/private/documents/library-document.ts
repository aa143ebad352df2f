import { createHash } from 'crypto';
import { readFileSync } from 'fs';
import { join } from 'path';
import { Stack, Tokenization } from 'aws-cdk-lib';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { BindDocument, BoundDocument, documentArn, DocumentContext } from './document-binding';
import { DOCUMENT_TIMEOUT } from '../rotation-contract';

const SCRIPTS = join(__dirname, '..', '..', '..', 'assets', 'documents');
const FOR_ANY_SERVER = 'Use the SES SMTP credential of a secret version';

/** A document that changes the table of a mail server, with the scripts for that server. */
export function mailServerDocument(
  server: string, scripts: string[], relayHost: string | undefined, variables: Record<string, string>,
): BindDocument {
  return (scope, context) => defineShellDocument(scope, describeFor(server), '#!/bin/sh', [
    ...fieldPatterns(context),
    ...shellVariables({ relay_host: relayHost ?? context.endpoint.host, ...variables }),
    ...scripts.includes('login.sh') ? shellVariables({ relay_url: smtpUrl(context, relayHost) }) : [],
    `export regions='${context.regions.join(' ')}'`,
    ...['credential.sh', 'file.sh', 'table.sh', ...scripts].flatMap(script),
  ]);
}

function smtpUrl({ endpoint }: DocumentContext, relayHost = endpoint.host): string {
  return `${endpoint.implicitTls ? 'smtps' : 'smtp'}://${relayHost}:${Tokenization.stringifyNumber(endpoint.port)}`;
}

/** A document that gives the credential to everything that relays, as the server's script finds it. */
export function windowsMailServerDocument(
  server: string, file: string, relayHost: string | undefined, variables: Record<string, string> = {},
): BindDocument {
  return (scope, context) => definePowerShellDocument(scope, describeFor(server), [
    ...powerShellSettings(context),
    `$RelayHost = '${relayHost ?? context.endpoint.host}'`,
    ...Object.entries(variables).map(([name, value]) => `$${name} = '${value}'`),
    ...['credential.ps1', 'login.ps1', file, 'relays.ps1'].flatMap(script),
  ]);
}

/** A document that runs a user's shell script, in the shell that its first line names. */
export function shellScriptDocument(text: string): BindDocument {
  const [firstLine] = text.split('\n');
  const interpreter = firstLine.startsWith('#!') ? firstLine : '#!/bin/sh';
  return (scope, context) => defineShellDocument(scope, FOR_ANY_SERVER, interpreter, [
    ...fieldPatterns(context),
    ...shellVariables({ SMTP_HOST: context.endpoint.host, SMTP_PORT: Tokenization.stringifyNumber(context.endpoint.port) }),
    ...script('credential.sh'),
    'apply() (',
    ...text.split('\n'),
    ')',
    ...script('shell-script.sh'),
  ]);
}

/** A document that runs a user's PowerShell script. */
export function powerShellScriptDocument(text: string): BindDocument {
  return (scope, context) => definePowerShellDocument(scope, FOR_ANY_SERVER, [
    ...powerShellSettings(context),
    ...script('credential.ps1'),
    // As a string, the script cannot break the document's syntax. The mark keeps its lines from ending the string.
    '$Script = @\'',
    ...text.split('\n').map(line => `| ${line}`),
    '\'@',
    ...script('powershell-script.ps1'),
  ]);
}

function defineShellDocument(scope: Construct, description: string, interpreter: string, lines: string[]): BoundDocument {
  return defineDocument(scope, 'aws:runShellScript', description, [interpreter, ...lines]);
}

function definePowerShellDocument(scope: Construct, description: string, lines: string[]): BoundDocument {
  return defineDocument(scope, 'aws:runPowerShellScript', description, lines);
}

/** One for all fleets of a stack with the same content: a document carries no rights, and a template has 1 MB at most. */
function sharedDocument(stack: Stack, content: object): ssm.CfnDocument {
  const hash = createHash('sha256').update(JSON.stringify(stack.resolve(content))).digest('hex').slice(0, 16);
  const id = `SesSmtpCredentialDocument${hash}`;
  return stack.node.tryFindChild(id) as ssm.CfnDocument | undefined
    ?? new ssm.CfnDocument(stack, id, { documentType: 'Command', documentFormat: 'JSON', targetType: '/', content });
}

/** Without a name, so that a changed document replaces the previous one. */
function defineDocument(scope: Construct, action: string, description: string, lines: string[]): BoundDocument {
  const content = {
    schemaVersion: '2.2',
    description,
    parameters: {
      SecretArn: parameter('The ARN of the secret', '^arn:[a-z0-9-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+$'),
      VersionId: { ...parameter('The version of the secret to use. Default: the version that servers should hold now', '^([A-Za-z0-9-]{32,64})?$'), default: '' },
      Region: parameter('The Region of the secret', '^[a-z0-9-]+$'),
    },
    mainSteps: [{ action, name: 'applyCredential', inputs: { timeoutSeconds: String(DOCUMENT_TIMEOUT), runCommand: lines } }],
  };
  const document = sharedDocument(Stack.of(scope), content);
  const parameters = { secretArn: 'SecretArn', versionId: 'VersionId', region: 'Region' };
  return { config: { name: document.ref, marker: true, parameters }, arn: documentArn(scope, document.ref), content };
}

/** The agent exports the value instead of pasting it into the script. The pattern protects servers whose agent is too old for that. */
function parameter(description: string, allowedPattern: string) {
  return { type: 'String', description, allowedPattern, interpolationType: 'ENV_VAR' };
}

function script(name: string): string[] {
  return readFileSync(join(SCRIPTS, name), 'utf-8').trimEnd().split(/\r?\n/);
}

function describeFor(server: string): string {
  return `${server}: use the SES SMTP credential of a secret version`;
}

function fieldPatterns({ format }: DocumentContext): string[] {
  return shellVariables({
    username_field: asPattern(format.fields?.username),
    password_field: asPattern(format.fields?.password),
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
    `$ImplicitTls = $${endpoint.implicitTls}`,
  ];
}
