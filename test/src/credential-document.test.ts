import { CfnParameter, Lazy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { configOf, defineRotation, onlyResource, textOf } from './define-rotation';
import { CredentialDocument, CredentialFormat, MailServerDocumentOptions, MailServerTargets, SendmailMapType, SesSmtpCredentialRotationProps, SmtpEndpoint } from '../../src';
import { APPLIED_MARKER } from '../../src/private/rotation-contract';

const DOCUMENT = 'AWS::SSM::Document';
const administratorSecret = Secret.fromSecretCompleteArn(new Stack(), 'Administrator', 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:hmail-AbCdEf');
const targets = MailServerTargets.tag('EmailServers', 'True');
const parameterNames = { secretArnParameter: 'Secret', versionIdParameter: 'Version' };

function stackWith(document: CredentialDocument, props: Partial<SesSmtpCredentialRotationProps> = {}): Stack {
  return defineRotation(() => ({ mailServers: [{ targets, document }], ...props })).stack;
}

function documentConfig(document: CredentialDocument) {
  return configOf(stackWith(document)).fleets[0].document;
}

/** The lines that run on a mail server. */
function linesOf(stack: Stack): string[] {
  return onlyResource(stack, DOCUMENT).Content.mainSteps[0].inputs.runCommand.map(textOf);
}

/** The resource of the statement that lets the function send the document. */
function sendableDocument(stack: Stack): string {
  const statements: { Sid: string; Resource: unknown }[] = onlyResource(stack, 'AWS::IAM::Policy', 'NewsletterPolicy').PolicyDocument.Statement;
  return textOf(statements.find(({ Sid }) => Sid === 'SendDocument0')?.Resource);
}

describe('a document of this library', () => {
  const documents = [
    ['postfix', CredentialDocument.postfix(), 'aws:runShellScript'],
    ['exim', CredentialDocument.exim(), 'aws:runShellScript'],
    ['sendmail', CredentialDocument.sendmail(), 'aws:runShellScript'],
    ['openSmtpd', CredentialDocument.openSmtpd(), 'aws:runShellScript'],
    ['msmtp', CredentialDocument.msmtp(), 'aws:runShellScript'],
    ['nullmailer', CredentialDocument.nullmailer(), 'aws:runShellScript'],
    ['dma', CredentialDocument.dma(), 'aws:runShellScript'],
    ['ssmtp', CredentialDocument.ssmtp(), 'aws:runShellScript'],
    ['iisSmtp', CredentialDocument.iisSmtp(), 'aws:runPowerShellScript'],
    ['exchangeSendConnector', CredentialDocument.exchangeSendConnector(), 'aws:runPowerShellScript'],
    ['hMailServer', CredentialDocument.hMailServer({ administratorSecret }), 'aws:runPowerShellScript'],
    ['shellScript', CredentialDocument.shellScript('true'), 'aws:runShellScript'],
    ['powerShellScript', CredentialDocument.powerShellScript('$true'), 'aws:runPowerShellScript'],
  ] as const;

  it.each(documents)('is an unnamed command document for every managed node: %s', (_name, document, action) => {
    const properties = onlyResource(stackWith(document), DOCUMENT);
    expect(properties).toMatchObject({ DocumentType: 'Command', DocumentFormat: 'JSON', TargetType: '/', Content: { schemaVersion: '2.2' } });
    expect(properties).not.toHaveProperty('Name');
    expect(properties.Content.mainSteps).toMatchObject([{ action, name: 'applyCredential', inputs: { timeoutSeconds: '300' } }]);
  });

  it.each(documents)('takes its parameters as environment variables that hold no shell syntax: %s', (_name, document) => {
    const { parameters } = onlyResource(stackWith(document), DOCUMENT).Content;
    expect(Object.keys(parameters)).toEqual(['SecretArn', 'VersionId', 'Region']);
    expect(Object.values<{ default?: string }>(parameters).map(parameter => parameter.default)).toEqual([undefined, '', undefined]);
    for (const { allowedPattern, ...parameter } of Object.values<{ allowedPattern: string }>(parameters)) {
      expect(parameter).toMatchObject({ type: 'String', interpolationType: 'ENV_VAR' });
      expect(allowedPattern).toMatch(/^\^.*\$$/);
      for (const syntax of ['"', "'", '`', '$(id)', ';', '&', '|', '\n', ' ']) expect(syntax).not.toMatch(new RegExp(allowedPattern));
    }
  });

  it.each(documents)('takes ARNs, version ids and regions of all partitions: %s', (_name, document) => {
    const { SecretArn, VersionId, Region } = onlyResource(stackWith(document), DOCUMENT).Content.parameters;
    expect('arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:mail/ses_smtp+=.@-AbCdEf').toMatch(new RegExp(SecretArn.allowedPattern));
    expect('EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE').toMatch(new RegExp(VersionId.allowedPattern));
    expect('eusc-de-east-1').toMatch(new RegExp(Region.allowedPattern));
  });

  it.each(documents)('gets the secret and a version id, and never a credential: %s', (_name, document) => {
    const stack = stackWith(document);
    const [logicalId] = Object.keys(Template.fromStack(stack).findResources(DOCUMENT));
    expect(configOf(stack).fleets[0].document).toEqual({
      name: `<${logicalId}>`, marker: true, parameters: { secretArn: 'SecretArn', versionId: 'VersionId', region: 'Region' },
    });
    expect(sendableDocument(stack)).toBe(`arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:document/<${logicalId}>`);
    expect(linesOf(stack).join('\n')).toContain(APPLIED_MARKER);
  });

  it('knows the fields of the secret and the endpoint', () => {
    const props = {
      credentialFormat: CredentialFormat.json({ fields: { username: 'user', password: 'pass.word' } }),
      endpoint: SmtpEndpoint.custom({ host: 'relay.example.com', port: 1025 }),
    };
    expect(linesOf(stackWith(CredentialDocument.shellScript('true'), props)).slice(0, 5)).toEqual([
      '#!/bin/sh', "username_field='user'", "password_field='pass[.]word'", "SMTP_HOST='relay.example.com'", "SMTP_PORT='1025'",
    ]);
    expect(linesOf(stackWith(CredentialDocument.powerShellScript('$true'), props)).slice(0, 5)).toEqual([
      "$UsernameField = 'user'", "$PasswordField = 'pass.word'", "$SmtpHost = 'relay.example.com'", "$SmtpPort = '1025'", '$ImplicitTls = $false',
    ]);
  });

  it('knows that a secret with username:password has no fields', () => {
    const props = { credentialFormat: CredentialFormat.usernameColonPassword() };
    expect(linesOf(stackWith(CredentialDocument.postfix(), props))).toEqual(expect.arrayContaining(["username_field=''", "password_field=''"]));
    expect(linesOf(stackWith(CredentialDocument.powerShellScript('$true'), props)))
      .toEqual(expect.arrayContaining(["$UsernameField = ''", "$PasswordField = ''"]));
  });

  it('takes a host and a port that only the deployment knows', () => {
    const define = (document: CredentialDocument) => defineRotation(stack => ({
      mailServers: [{ targets, document }],
      endpoint: SmtpEndpoint.custom({
        host: new CfnParameter(stack, 'Host').valueAsString,
        port: new CfnParameter(stack, 'Port', { type: 'Number' }).valueAsNumber,
      }),
    })).stack;
    expect(linesOf(define(CredentialDocument.shellScript('true')))).toEqual(expect.arrayContaining(["SMTP_HOST='<Host>'", "SMTP_PORT='<Port>'"]));
    expect(linesOf(define(CredentialDocument.powerShellScript('$true'))))
      .toEqual(expect.arrayContaining(["$SmtpHost = '<Host>'", "$SmtpPort = '<Port>'"]));
  });
});

describe('postfix', () => {
  it('changes the entries of the endpoint in the tables that Postfix names', () => {
    expect(linesOf(stackWith(CredentialDocument.postfix())))
      .toEqual(expect.arrayContaining(["password_map=''", "relay_host='email-smtp.<AWS::Region>.<AWS::URLSuffix>'"]));
  });

  it('may change another table and the entries of another host', () => {
    const document = CredentialDocument.postfix({ passwordMap: 'proxy:lmdb:/etc/postfix/sasl', relayHost: 'relay.example.com' });
    expect(linesOf(stackWith(document))).toEqual(expect.arrayContaining(["password_map='proxy:lmdb:/etc/postfix/sasl'", "relay_host='relay.example.com'"]));
  });

  it.each(['', '/etc/postfix/sasl', 'hash:sasl', 'ldap:/etc/postfix/sasl', "hash:/etc/it's", 'hash:/etc/my maps'])("fails with the passwordMap '%s'", passwordMap => {
    expect(() => CredentialDocument.postfix({ passwordMap })).toThrow(
      'passwordMap must be hash, btree, lmdb, cdb, dbm, sdbm or texthash, with or without proxy:, and an absolute path, '
      + `such as 'hash:/etc/postfix/sasl_passwd', got '${passwordMap}'`);
  });

  it.each(['', '[relay.example.com]', 'relay.example.com:587', "relay'"])("fails with the relayHost '%s'", relayHost => {
    expect(() => CredentialDocument.postfix({ relayHost })).toThrow(`relayHost must be a host name without scheme, brackets and port, got '${relayHost}'`);
  });

  it('takes options that are not known yet', () => {
    const passwordMap = Lazy.string({ produce: () => 'hash:/etc/sasl' });
    const relayHost = Lazy.string({ produce: () => 'relay' });
    expect(linesOf(stackWith(CredentialDocument.postfix({ passwordMap, relayHost }))))
      .toEqual(expect.arrayContaining(["password_map='hash:/etc/sasl'", "relay_host='relay'"]));
  });
});

describe('the documents of the other mail servers', () => {
  const relayHost = 'relay.example.com';

  it.each([
    ['exim', CredentialDocument.exim(), ["password_file='/etc/exim4/passwd.client'"]],
    ['sendmail', CredentialDocument.sendmail(), ["authinfo_file='/etc/mail/authinfo'", "map_type='hash'"]],
    ['openSmtpd', CredentialDocument.openSmtpd(), ["config_file='/etc/smtpd.conf'", "label=''"]],
    ['msmtp', CredentialDocument.msmtp(), ["config_file='/etc/msmtprc'"]],
    ['nullmailer', CredentialDocument.nullmailer(), ["client_file='/etc/nullmailer/remotes'"]],
    ['dma', CredentialDocument.dma(), ["client_file='/etc/dma/auth.conf'"]],
    ['ssmtp', CredentialDocument.ssmtp(), ["client_file='/etc/ssmtp/ssmtp.conf'"]],
  ])('change the entries of the endpoint where the distributions keep them: %s', (_name, document, lines) => {
    expect(linesOf(stackWith(document))).toEqual(expect.arrayContaining(["relay_host='email-smtp.<AWS::Region>.<AWS::URLSuffix>'", ...lines]));
  });

  it.each([
    ['exim', CredentialDocument.exim({ relayHost, passwordFile: '/etc/exim/passwd' }), ["password_file='/etc/exim/passwd'"]],
    ['sendmail', CredentialDocument.sendmail({ relayHost, authinfoFile: '/etc/auth', mapType: SendmailMapType.BTREE }), ["authinfo_file='/etc/auth'", "map_type='btree'"]],
    ['openSmtpd', CredentialDocument.openSmtpd({ relayHost, configFile: '/etc/mail/smtpd.conf', label: 'ses' }),
      ["config_file='/etc/mail/smtpd.conf'", "label='ses'"]],
    ['msmtp', CredentialDocument.msmtp({ relayHost, configFile: '/root/.msmtprc' }), ["config_file='/root/.msmtprc'"]],
    ['nullmailer', CredentialDocument.nullmailer({ relayHost, remotesFile: '/etc/remotes' }), ["client_file='/etc/remotes'"]],
    ['dma', CredentialDocument.dma({ relayHost, authFile: '/etc/auth.conf' }), ["client_file='/etc/auth.conf'"]],
    ['ssmtp', CredentialDocument.ssmtp({ relayHost, configFile: '/etc/ssmtp.conf' }), ["client_file='/etc/ssmtp.conf'"]],
  ])('change the entries of another host in other files: %s', (_name, document, lines) => {
    expect(linesOf(stackWith(document))).toEqual(expect.arrayContaining(["relay_host='relay.example.com'", ...lines]));
  });

  it.each([
    ['openSmtpd', CredentialDocument.openSmtpd()],
    ['msmtp', CredentialDocument.msmtp()],
    ['nullmailer', CredentialDocument.nullmailer()],
    ['dma', CredentialDocument.dma()],
    ['ssmtp', CredentialDocument.ssmtp()],
  ])('log in to the endpoint where the server has no lookup: %s', (_name, document) => {
    expect(linesOf(stackWith(document))).toContain("relay_url='smtp://email-smtp.<AWS::Region>.<AWS::URLSuffix>:587'");
  });

  it('log in with TLS from the start where the endpoint has it', () => {
    const stack = stackWith(CredentialDocument.msmtp(), { endpoint: SmtpEndpoint.regional({ port: 465 }) });
    expect(linesOf(stack)).toContain("relay_url='smtps://email-smtp.<AWS::Region>.<AWS::URLSuffix>:465'");
  });

  it.each([
    ['iisSmtp', (options: MailServerDocumentOptions) => CredentialDocument.iisSmtp(options)],
    ['exchangeSendConnector', (options: MailServerDocumentOptions) => CredentialDocument.exchangeSendConnector(options)],
    ['hMailServer', (options: MailServerDocumentOptions) => CredentialDocument.hMailServer({ ...options, administratorSecret })],
  ])('finds what relays on Windows to the endpoint, or to another host: %s', (_name, define) => {
    expect(linesOf(stackWith(define({})))).toContain("$RelayHost = 'email-smtp.<AWS::Region>.<AWS::URLSuffix>'");
    expect(linesOf(stackWith(define({ relayHost })))).toContain("$RelayHost = 'relay.example.com'");
  });

  it('reads the password of hMailServer\'s administrator from its secret', () => {
    expect(linesOf(stackWith(CredentialDocument.hMailServer({ administratorSecret })))).toContain(`$AdministratorSecret = '${administratorSecret.secretArn}'`);
  });

  it.each([
    ['exim', () => CredentialDocument.exim({ relayHost: '[a]' })],
    ['sendmail', () => CredentialDocument.sendmail({ relayHost: '[a]' })],
    ['openSmtpd', () => CredentialDocument.openSmtpd({ relayHost: '[a]' })],
    ['msmtp', () => CredentialDocument.msmtp({ relayHost: '[a]' })],
    ['nullmailer', () => CredentialDocument.nullmailer({ relayHost: '[a]' })],
    ['dma', () => CredentialDocument.dma({ relayHost: '[a]' })],
    ['ssmtp', () => CredentialDocument.ssmtp({ relayHost: '[a]' })],
    ['iisSmtp', () => CredentialDocument.iisSmtp({ relayHost: '[a]' })],
    ['exchangeSendConnector', () => CredentialDocument.exchangeSendConnector({ relayHost: '[a]' })],
    ['hMailServer', () => CredentialDocument.hMailServer({ administratorSecret, relayHost: '[a]' })],
  ])('fail with a relayHost in brackets: %s', (_name, define) => {
    expect(define).toThrow("relayHost must be a host name without scheme, brackets and port, got '[a]'");
  });

  it.each([
    ['passwordFile', (path: string) => CredentialDocument.exim({ passwordFile: path })],
    ['authinfoFile', (path: string) => CredentialDocument.sendmail({ authinfoFile: path })],
    ['configFile', (path: string) => CredentialDocument.openSmtpd({ configFile: path })],
    ['configFile', (path: string) => CredentialDocument.msmtp({ configFile: path })],
    ['remotesFile', (path: string) => CredentialDocument.nullmailer({ remotesFile: path })],
    ['authFile', (path: string) => CredentialDocument.dma({ authFile: path })],
    ['configFile', (path: string) => CredentialDocument.ssmtp({ configFile: path })],
  ])('fail with a path that is relative or has shell syntax: %s', (prop, define) => {
    for (const path of ['', 'passwd.client', '/etc/it\'s', '/etc/my file', '/etc/$(id)', '/etc/']) {
      expect(() => define(path)).toThrow(`${prop} must be an absolute path of letters, digits, "_", ".", "+" and "-", got '${path}'`);
    }
    expect(() => define(Lazy.string({ produce: () => '/etc/passwd' }))).not.toThrow();
  });

  it('reject a label with shell syntax', () => {
    expect(() => CredentialDocument.openSmtpd({ label: "ses'" })).toThrow('label must consist of letters, digits, "_", "-" and ".", got \'ses\'\'');
  });
});

describe('shellScript', () => {
  it('runs after the credential was fetched and checked, in sh', () => {
    const lines = linesOf(stackWith(CredentialDocument.shellScript('set -u\nreload-mail')));
    expect(lines[0]).toBe('#!/bin/sh');
    const start = lines.indexOf('apply() (');
    expect(lines.slice(start, start + 4)).toEqual(['apply() (', 'set -u', 'reload-mail', ')']);
    expect(lines.indexOf('fetch')).toBeLessThan(start);
    expect(lines.lastIndexOf('report_applied')).toBe(lines.length - 1);
  });

  it.each(['#!/bin/bash', '#!/usr/bin/env bash', '#!/bin/sh -e', '#!/bin/dash', '#! /usr/bin/ksh', '#!/bin/zsh'])('runs in the shell that it names: %s', shebang => {
    expect(linesOf(stackWith(CredentialDocument.shellScript(`${shebang}\ntrue`)))[0]).toBe(shebang);
  });

  it.each(['#!/usr/bin/python3', '#!/usr/bin/env python3', '#!/bin/fish', '#!/bin/csh', '#!/bin/bash -x'])('fails when it names no such shell: %s', shebang => {
    expect(() => CredentialDocument.shellScript(`${shebang}\ntrue`)).toThrow(`shellScript must name sh, bash, dash, ksh or zsh in its #! line, with no options except -e and -u, got '${shebang}'`);
  });
});

describe('powerShellScript', () => {
  it('runs after the credential was fetched and checked', () => {
    const lines = linesOf(stackWith(CredentialDocument.powerShellScript('$a = 1\nRestart-Mail')));
    const start = lines.indexOf('$Script = @\'');
    expect(lines.slice(start, start + 4)).toEqual(['$Script = @\'', '| $a = 1', '| Restart-Mail', '\'@']);
    expect(lines.findIndex(line => line.includes('Get-SECSecretValue'))).toBeLessThan(start);
  });

  it.each(['#Requires -Version 7', '$a = 1\n  #requires -RunAsAdministrator'])('fails with a requirement, which nothing would check: %s', text => {
    expect(() => CredentialDocument.powerShellScript(text)).toThrow('powerShellScript must not contain #Requires, which PowerShell ignores there; check it in the script, and throw');
  });

  it('knows whether the endpoint speaks TLS from the start', () => {
    expect(linesOf(stackWith(CredentialDocument.powerShellScript('$true'), { endpoint: SmtpEndpoint.regional({ port: 465 }) }))).toContain('$ImplicitTls = $true');
  });
});

describe.each(['shellScript', 'powerShellScript'] as const)('%s', method => {
  it.each(['', ' \n'])('fails when it is empty: "%s"', text => {
    expect(() => CredentialDocument[method](text)).toThrow(`${method} must not be empty`);
  });

  it.each(['{{ SecretArn }}', '{{x}}', '{{ ssm:name:3 }}', '{{ssm:/mail/host}}', '{{ platform.name }}'])('fails when it has %s, which Systems Manager replaces', reference => {
    expect(() => CredentialDocument[method](`echo ${reference}\n`))
      .toThrow(`${method} must not contain ${reference}, which Systems Manager takes for a parameter; write it differently`);
  });

  it('takes the line ends of Windows, which a file or a literal in C# may have', () => {
    const [windows, unix] = ['#!/bin/sh\r\nif true\r\nthen reload-mail\r\nfi\r\n', '#!/bin/sh\nif true\nthen reload-mail\nfi\n']
      .map(text => linesOf(stackWith(CredentialDocument[method](text))));
    expect(windows).toEqual(unix);
    expect(windows.join('\n')).not.toContain('\r');
  });

  it('leaves out the mark that a file from Windows may begin with', () => {
    const [marked, bare] = ['\ufeff#!/bin/bash\nreload-mail', '#!/bin/bash\nreload-mail'].map(text => linesOf(stackWith(CredentialDocument[method](text))));
    expect(marked).toEqual(bare);
  });

  it('shows a carriage return that ends no line, and fails', () => {
    expect(() => CredentialDocument[method]('true\nif true; then\r  reload-mail; fi\r\n'))
      .toThrow(`${method} must not contain a carriage return without a line feed, got 'if true; then\\r  reload-mail; fi'; end its lines with \\n or \\r\\n`);
  });

  it('may have other braces', () => {
    expect(() => CredentialDocument[method]('echo ${a} {{ a b }} {{}}')).not.toThrow();
  });

  it('takes a text that is not known yet', () => {
    expect(linesOf(stackWith(CredentialDocument[method](Lazy.string({ produce: () => 'reload-mail' }))))).toContain(method === 'shellScript' ? 'reload-mail' : '| reload-mail');
  });
});

describe.each([
  ['existing', (parameters: { [name: string]: string }) => CredentialDocument.existing('Apply', { ...parameterNames, parameters })],
  ['existingWithCredential', (parameters: { [name: string]: string }) => CredentialDocument.existingWithCredential('Apply', { parameters })],
] as const)('%s', (method, define) => {
  it('takes the line ends of Windows in a parameter', () => {
    expect(documentConfig(define({ Commands: 'one\r\ntwo\r\n', Mode: 'strict' })).constants).toEqual({ Commands: 'one\ntwo\n', Mode: 'strict' });
  });

  it('shows a carriage return that ends no line of a parameter, and fails', () => {
    expect(() => define({ Commands: 'one\rtwo' }))
      .toThrow(`parameter Commands of CredentialDocument.${method} must not contain a carriage return without a line feed, got 'one\\rtwo'; end its lines with \\n or \\r\\n`);
  });
});

describe('existing', () => {
  it('is a document of this account that reads the secret itself', () => {
    const document = CredentialDocument.existing('Apply', { ...parameterNames, regionParameter: 'Region', parameters: { Mode: 'strict' }, documentVersion: '3' });
    expect(documentConfig(document)).toEqual({
      name: 'Apply', version: '3', marker: false, parameters: { secretArn: 'Secret', versionId: 'Version', region: 'Region' }, constants: { Mode: 'strict' },
    });
    expect(sendableDocument(stackWith(document))).toBe('arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:document/Apply');
  });

  it('defines no document and warns of nothing', () => {
    const stack = stackWith(CredentialDocument.existing('Apply', parameterNames));
    Template.fromStack(stack).resourceCountIs(DOCUMENT, 0);
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  it('may be shared by another account', () => {
    const arn = 'arn:aws:ssm:eu-west-1:210987654321:document/Apply';
    const document = CredentialDocument.existing(arn, parameterNames);
    expect(documentConfig(document)).toMatchObject({ name: arn });
    expect(sendableDocument(stackWith(document))).toBe(arn);
  });

  it.each(['AWS-RunMail', 'AmazonMail-Apply'])('may be owned by AWS: %s', name => {
    expect(sendableDocument(stackWith(CredentialDocument.existing(name, parameterNames)))).toBe(`arn:<AWS::Partition>:ssm:<AWS::Region>::document/${name}`);
  });

  it.each([
    'AWS-RunShellScript', 'AWS-RunPowerShellScript', 'AWS-RunRemoteScript', 'AWS-RunDocument', 'AWS-ApplyAnsiblePlaybooks',
    'arn:aws:ssm:eu-west-1::document/AWS-RunShellScript',
  ])('warns that %s runs anything', name => {
    for (const document of [CredentialDocument.existing(name, parameterNames), CredentialDocument.existingWithCredential(name)]) {
      Annotations.fromStack(stackWith(document)).hasWarning('/Stack/Newsletter/MailServers0', `document ${name} runs whatever its parameters contain, `
        + 'so the rotation function may run anything on these servers; put the commands into a document of your own, '
        + 'or use CredentialDocument.shellScript or CredentialDocument.powerShellScript [ack: cdk-ses-smtp-credential-rotation:documentRunsAnything]');
    }
  });

  it.each(['AWS-RunShellScriptOfMine', 'My-AWS-RunShellScript', 'RunShellScript', 'AWS-ConfigureDocker'])('does not warn of %s', name => {
    Annotations.fromStack(stackWith(CredentialDocument.existing(name, parameterNames))).hasNoWarning('*', Match.anyValue());
  });

  it('may have a name and parameters that are not known yet', () => {
    const { stack } = defineRotation(scope => {
      const secretArnParameter = new CfnParameter(scope, 'ParameterName').valueAsString;
      const document = CredentialDocument.existing(new CfnParameter(scope, 'DocumentName').valueAsString, { secretArnParameter, versionIdParameter: 'Version' });
      return { mailServers: [{ targets, document }] };
    });
    expect(configOf(stack).fleets[0].document).toMatchObject({ name: '<DocumentName>', parameters: { secretArn: '<ParameterName>' } });
    expect(sendableDocument(stack)).toBe('arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:document/<DocumentName>');
  });

  it.each(['', 'Secret-Arn', 'Secret Arn', 'a'.repeat(65)])('fails with the parameter name "%s"', secretArnParameter => {
    expect(() => CredentialDocument.existing('Apply', { secretArnParameter, versionIdParameter: 'Version' }))
      .toThrow(`parameter names of CredentialDocument.existing must be 1 to 64 letters, digits and "_", got '${secretArnParameter}'`);
  });

  it('fails with an invalid name of a further parameter', () => {
    expect(() => CredentialDocument.existing('Apply', { ...parameterNames, parameters: { 'a-b': 'c' } }))
      .toThrow('parameter names of CredentialDocument.existing must be 1 to 64 letters, digits and "_", got \'a-b\'');
  });

  it('fails when two parameters have the same name', () => {
    expect(() => CredentialDocument.existing('Apply', { ...parameterNames, parameters: { Secret: 'mine' } }))
      .toThrow('parameter names of CredentialDocument.existing must differ, got Secret, Version, Secret');
  });
});

describe('existingWithCredential', () => {
  it('takes the credential in the parameters of the AWS sample', () => {
    expect(documentConfig(CredentialDocument.existingWithCredential('Sample')))
      .toEqual({ name: 'Sample', marker: false, parameters: { username: 'SESUsername', password: 'SESPassword' } });
  });

  it('may use other names, with further parameters', () => {
    const document = CredentialDocument.existingWithCredential('Sample', {
      usernameParameter: 'User', passwordParameter: 'Pass', parameters: { Host: 'relay' }, documentVersion: '$LATEST',
    });
    expect(documentConfig(document))
      .toEqual({ name: 'Sample', version: '$LATEST', marker: false, parameters: { username: 'User', password: 'Pass' }, constants: { Host: 'relay' } });
  });

  it('warns that others can read the password', () => {
    const message = 'document Sample takes the password as a command parameter, which ssm:ListCommands and EventBridge show; '
      + 'let the document read the secret, and use CredentialDocument.existing [ack: cdk-ses-smtp-credential-rotation:passwordInCommand]';
    Annotations.fromStack(stackWith(CredentialDocument.existingWithCredential('Sample'))).hasWarning('/Stack/Newsletter/MailServers0', message);
  });

  it('fails when two parameters have the same name', () => {
    expect(() => CredentialDocument.existingWithCredential('Sample', { usernameParameter: 'SESPassword' }))
      .toThrow('parameter names of CredentialDocument.existingWithCredential must differ, got SESPassword, SESPassword');
  });
});
