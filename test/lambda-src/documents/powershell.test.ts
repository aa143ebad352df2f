import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { beforeAll, describe, expect, it } from 'vitest';
import { Language, Parser } from 'web-tree-sitter';
import { CredentialDocument, CredentialFormat, SmtpEndpoint } from '../../../src';
import { DocumentContent } from '../../world';

let parser: Parser;
beforeAll(async () => {
  await Parser.init();
  parser = new Parser().setLanguage(await Language.load(require.resolve('tree-sitter-powershell/tree-sitter-powershell.wasm')));
});

function scriptOf(document: CredentialDocument): string {
  const stack = new Stack(new App(), 'Mail');
  document._bind(stack, { endpoint: SmtpEndpoint.regional({ region: 'eu-west-1' })._bind(stack), regions: ['eu-west-1'], format: CredentialFormat.json()._bind() });
  const [{ Properties }] = Object.values(Template.fromStack(stack).findResources('AWS::SSM::Document'));
  return (Properties as { Content: DocumentContent }).Content.mainSteps[0].inputs.runCommand
    .map(line => typeof line === 'string' ? line : 'a line with a token').join('\n');
}

function hasError(script: string): boolean {
  return parser.parse(script)!.rootNode.hasError;
}

/** Without a PowerShell, that they can be read is all that is known: `npm run test:powershell` runs them. */
describe('the grammar of PowerShell', () => {
  it.each([
    ['iisSmtp', CredentialDocument.iisSmtp({ relayHost: 'smtp.example.com' })],
    ['exchangeSendConnector', CredentialDocument.exchangeSendConnector()],
    ['hMailServer', CredentialDocument.hMailServer({ administratorSecret: Secret.fromSecretNameV2(new Stack(), 'Administrator', 'hmail') })],
    ['powerShellScript', CredentialDocument.powerShellScript('Restart-Service Relay')],
  ])('knows every line of %s', (_name, document) => {
    expect(hasError(scriptOf(document))).toBe(false);
  });

  it('knows every line of the example in docs/windows.md', () => {
    const [, example] = /```powershell\n([^]*?)```/.exec(readFileSync(join(__dirname, '..', '..', '..', 'docs', 'windows.md'), 'utf8'))!;
    expect(hasError(scriptOf(CredentialDocument.powerShellScript(example)))).toBe(false);
    expect(hasError(example)).toBe(false);
  });

  it('does not know a script with a brace too few', () => {
    expect(hasError('if ($a) { Restart-Service Relay')).toBe(true);
  });
});
