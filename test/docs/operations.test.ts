import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { Page, ROOT } from './page';
import { RUNBOOK_SECTIONS } from '../../lambda-src/basics/errors';
import { SecretText } from '../../lambda-src/basics/secret-text';
import { formatCredential } from '../../lambda-src/secret/credential';
import { CredentialFormat, SesSmtpCredentialRotationProps } from '../../src';
import { configOf, defineRotation } from '../src/define-rotation';
import { expectedPassword } from '../world/services/ses-smtp';

const RUNBOOK = readFileSync(join(ROOT, 'docs', 'operations.md'), 'utf8');
const KEY_ID = 'AKIAIOSFODNN7EXAMPLE';
const RENAMED = CredentialFormat.json({ fields: { username: 'SMTP_USER', password: 'SMTP_PASSWORD', host: 'SMTP_HOST' } });

/** The texts of the function, as they are read after their parts were put together and labels were named. */
function ownMessages(): string {
  const folder = join(ROOT, 'lambda-src');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'));
  return sources.map(name => readFileSync(join(folder, name), 'utf8')).join('\n')
    .replaceAll(/['`]\s*\+ ['`]/g, '').replaceAll('${CURRENT}', 'AWSCURRENT').replaceAll('${PENDING}', 'AWSPENDING').replaceAll('${subject}', 'login');
}

describe('docs/operations.md', () => {
  it('has every heading that an error links to, and every one is linked to by an error', async () => {
    // The list itself is not in the bundle: what is there stands in an error.
    const bundle = readFileSync(join(ROOT, 'assets', 'lambda-src', 'index', 'index.mjs'), 'utf8');
    const { anchors } = await Page.read('docs/operations.md');
    expect(anchors).toEqual(expect.arrayContaining([...RUNBOOK_SECTIONS]));
    expect(RUNBOOK_SECTIONS.filter(anchor => !bundle.includes(`"${anchor}"`))).toEqual([]);
  });

  it('quotes errors as the function writes them', () => {
    const quotes = RUNBOOK.split('\n').filter(line => line.startsWith('> ')).flatMap(line => [...line.matchAll(/`([^`]+)`/g)].map(([, quote]) => quote));
    const messages = ownMessages();
    expect(quotes.length).toBeGreaterThan(RUNBOOK_SECTIONS.length);
    expect(quotes.filter(quote => !messages.includes(quote))).toEqual([]);
  });

  it.each<[string, Partial<SesSmtpCredentialRotationProps>, object]>([
    ['the default format', {}, { username: KEY_ID, password: 'old', owner: 'kept' }],
    ['renamed fields', { credentialFormat: RENAMED }, { SMTP_USER: KEY_ID, SMTP_PASSWORD: 'old', owner: 'kept' }],
    ['username:password', { credentialFormat: CredentialFormat.usernameColonPassword() }, {}],
    ['a value of another format', { credentialFormat: RENAMED }, { username: KEY_ID, password: 'lost' }],
    ['two regions', { additionalRegions: ['eu-central-1'] }, { 'username': KEY_ID, 'password': 'old', 'password_eu-west-1': 'old', 'owner': 'kept' }],
    ['two regions and renamed fields', { additionalRegions: ['eu-central-1'], credentialFormat: RENAMED }, {}],
  ])('makes a credential by hand as a rotation does: %s', (_, props, present) => {
    const [, program] = /node -e '([^']+)'/.exec(RUNBOOK)!;
    const config = configOf(defineRotation(() => props, { env: { region: 'eu-west-1' } }).stack);
    const key = { AccessKeyId: KEY_ID, SecretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
    const env = { ...process.env, config: JSON.stringify(config) };
    const printed = execFileSync(process.execPath, ['-e', program], { input: JSON.stringify([key, present]), encoding: 'utf8', env });
    const passwordFor = (region: string) => new SecretText(expectedPassword(key.SecretAccessKey, region));
    expect(printed.trim()).toBe(formatCredential(KEY_ID, passwordFor, config, new SecretText(JSON.stringify(present))).reveal());
  });

  it('shows the query that is saved', () => {
    const [{ Properties }] = Object.values(Template.fromStack(defineRotation().stack).findResources('AWS::Logs::QueryDefinition'));
    expect(RUNBOOK).toContain(Properties.QueryString);
  });
});
