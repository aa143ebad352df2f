import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import * as library from '../../src';

const SOURCES = join(__dirname, '../../src');

/** The names that the public files export, types as well. */
function exportedNames(): string[] {
  return readdirSync(SOURCES).filter(file => file.endsWith('.ts') && file !== 'index.ts').flatMap(file => {
    const { statements } = ts.createSourceFile(file, readFileSync(join(SOURCES, file), 'utf-8'), ts.ScriptTarget.Latest);
    return statements.filter(isExported).map(statement => (statement as ts.Statement & { name?: ts.Identifier }).name?.text ?? `an unnamed export of ${file}`);
  });
}

function isExported(statement: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) ?? [] : [];
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) || ts.isExportDeclaration(statement) || ts.isExportAssignment(statement);
}

describe('the library', () => {
  it('exports its classes and enums, and nothing else', () => {
    expect(Object.keys(library).sort()).toEqual([
      'CredentialDocument', 'CredentialFormat', 'MailServerTargets', 'SendmailMapType', 'SesSmtpCredential', 'SesSmtpCredentialRotation', 'SmtpEndpoint',
    ]);
  });

  it('has no types in its public files but those of the API', () => {
    expect(exportedNames().filter(name => !(name in library)).sort()).toEqual([
      'CredentialFields', 'CustomSmtpEndpointOptions', 'DmaDocumentOptions', 'ExchangeSendConnectorDocumentOptions', 'EximDocumentOptions', 'ExistingDocumentOptions', 'ExistingDocumentWithCredentialOptions',
      'HMailServerDocumentOptions', 'ISesSmtpCredential', 'IisSmtpDocumentOptions', 'JsonCredentialFormatOptions', 'MailServerDocumentOptions', 'MailServerFleet', 'MsmtpDocumentOptions',
      'NullmailerDocumentOptions', 'OpenSmtpdDocumentOptions', 'PostfixDocumentOptions', 'RegionalSmtpEndpointOptions', 'SendmailDocumentOptions', 'SesSmtpCredentialAttributes', 'SesSmtpCredentialRotationProps',
      'SsmtpDocumentOptions', 'TestMessage',
    ]);
  });

  it('exports every public file', () => {
    const files = readdirSync(SOURCES).filter(file => file.endsWith('.ts') && file !== 'index.ts');
    expect(readFileSync(join(SOURCES, 'index.ts'), 'utf-8')).toBe(files.sort().map(file => `export * from './${file.replace(/\.ts$/, '')}';\n`).join(''));
  });
});
