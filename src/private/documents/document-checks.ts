import { Token } from 'aws-cdk-lib';
import { checkHost } from '../host-and-port';
import { checkNotation, quoted } from '../notation';
import { DocumentParameterNames } from '../rotation-contract';
import { checkValue, STRING } from '../shapes';

export function checkPasswordMap(passwordMap?: string): void {
  checkNotation('passwordMap', passwordMap, /^(proxy:)?(hash|btree|lmdb|cdb|dbm|sdbm|texthash):\/[^\s'"]+$/,
    "hash, btree, lmdb, cdb, dbm, sdbm or texthash, with or without proxy:, and an absolute path, such as 'hash:/etc/postfix/sasl_passwd'", 'copy it from smtp_sasl_password_maps');
}

export function checkPath(prop: string, path: string): void {
  checkNotation(prop, path, /^(\/[\w.+-]+)+$/, 'an absolute path of letters, digits, "_", ".", "+" and "-"', 'choose such a path');
}

export function checkRelayHost(relayHost?: string): void {
  if (relayHost !== undefined) checkHost('relayHost', relayHost);
}

export function checkLabel(label: string): void {
  if (!/^[\w.-]*$/.test(label)) throw new Error(`label must consist of letters, digits, "_", "-" and ".", got ${quoted(label)}; choose another label`);
}

/**
 * A text as a server must get it. Texts from files, and literals in C#, may have the line ends of Windows, and a mark before the first line.
 * Throws on a carriage return that ends no line.
 */
export function serverText(prop: string, text: string): string {
  checkValue(prop, text, STRING);
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const broken = lines.find(line => line.includes('\r'));
  if (broken === undefined) return lines.join('\n');
  throw new Error(`${prop} must not contain a carriage return without a line feed, got ${quoted(broken)}; end its lines with \\n or \\r\\n`);
}

/** The values of a document's further parameters as a server must get them. */
export function serverTexts(method: string, constants: { [name: string]: string }): { [name: string]: string } {
  return Object.fromEntries(Object.entries(constants).map(([name, value]) => [name, serverText(`parameter ${name} of CredentialDocument.${method}`, value)]));
}

export function checkScript(prop: string, text: string): void {
  if (text.trim() === '') throw new Error(`${prop} must not be empty, got ${quoted(text)}; write the commands that apply the credential`);
  const [reference] = text.match(/\{\{\s*[\w.:/-]+\s*\}\}/) ?? [];
  if (reference) throw new Error(`${prop} must not contain ${reference}, which Systems Manager takes for a parameter; write it differently`);
}

/** Throws on `#Requires`, which PowerShell ignores in a script that is given to it as a text. */
export function checkRequires(prop: string, text: string): void {
  if (!/^[ \t]*#requires\b/im.test(text)) return;
  throw new Error(`${prop} must not contain #Requires, which PowerShell ignores there; check it in the script, and throw`);
}

/** Throws on a `#!` line that does not name a shell, because the rest of the document is written for one. */
export function checkInterpreter(prop: string, text: string): void {
  const [firstLine] = text.split('\n');
  if (!firstLine.startsWith('#!') || /^#! ?\/(\S*\/)?(env )?(ba|da|k|z)?sh( -[eu]+)?$/.test(firstLine)) return;
  throw new Error(`${prop} must name sh, bash, dash, ksh or zsh in its #! line, with no options except -e and -u, got ${quoted(firstLine)}; change that line, or leave it out`);
}

/** What names a document in a command and in a policy. */
export function checkDocument(method: string, name: string, version?: string): void {
  checkNotation(`name of CredentialDocument.${method}`, name, /^[\w.:/-]+$/, 'the name of a document or its ARN', 'copy it from Systems Manager');
  checkNotation('documentVersion', version, /^(\$DEFAULT|\$LATEST|[1-9]\d*)$/, 'a number, $DEFAULT or $LATEST', 'leave it out for the default version');
}

export function checkParameters(method: string, names: DocumentParameterNames, constants: { [name: string]: string } = {}): void {
  const all = [...Object.values(names).filter((name): name is string => name !== undefined), ...Object.keys(constants)];
  const unusable = all.find(name => !Token.isUnresolved(name) && !/^[A-Za-z0-9_]{1,64}$/.test(name));
  if (unusable !== undefined) {
    throw new Error(`parameter names of CredentialDocument.${method} must be 1 to 64 letters, digits and "_", got ${quoted(unusable)}; use the document's own names`);
  }
  if (new Set(all).size < all.length) throw new Error(`parameter names of CredentialDocument.${method} must differ, got ${all.join(', ')}; name each parameter once`);
}
