import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { withReplacements } from '../reliability/known-bad/build';
import { Replacement } from '../reliability/known-bad/replacement';
import { PROMOTES_FIRST, RETIRES_NO_KEY } from '../reliability/known-bad/variants';

/** The function with a mistake, and words of the check that must fail. */
export interface BrokenFunction {
  readonly name: string;
  readonly check: string;
  readonly replacements: readonly Replacement[];
}

const ROOT = join(__dirname, '..', '..');
const OUTPUT = join(ROOT, 'test-results', 'broken-functions');

export const BROKEN_FUNCTIONS: readonly BrokenFunction[] = [
  {
    name: 'skips testSecret',
    check: 'logged in once more',
    replacements: [{ module: 'rotation/test-secret', function: 'testSecret', as: 'async () => undefined' }],
  },
  {
    name: 'retires no key',
    check: 'the previous key was inactive',
    replacements: [RETIRES_NO_KEY],
  },
  {
    name: 'frees no slot',
    check: 'third rotation: it succeeded',
    replacements: [{ module: 'rotation/key-slots', function: 'freeSlot', as: 'async () => undefined' }],
  },
  {
    name: 'releases no other version',
    check: 'SES_SMTP_DELIVERED',
    replacements: [{ module: 'rotation/delivery', function: 'releaseOthers', as: 'async () => undefined' }],
  },
  {
    name: 'logs in once instead of three times in a row',
    check: 'three logins in a row',
    replacements: [{
      module: 'proof/login-proof',
      function: 'proveLogins',
      as: 'async (context, version) => { for (const account of accountsIn(version, context.config)) await proveLogin(context, account, 1); }',
    }],
  },
  {
    name: 'logs the password in base64',
    check: 'no password',
    replacements: [{
      module: 'rotation/new-credential',
      function: 'store',
      as: `async ({ log, versions }, token, key, value) => {
        await versions.putPending(token, value);
        log.info('credential stored', { accessKeyId: key.id, error: Buffer.from(JSON.parse(value.reveal()).password).toString('base64') });
      }`,
    }],
  },
  {
    name: 'promotes before servers have the credential',
    check: 'AWSCURRENT moved only after every server had confirmed',
    replacements: [PROMOTES_FIRST],
  },
];

/** Bundles it from the current sources, as the function is bundled; returns its directory. */
export async function bundleBroken({ name, replacements }: BrokenFunction): Promise<string> {
  const directory = join(OUTPUT, name.replace(/\W+/g, '-'));
  mkdirSync(directory, { recursive: true });
  await build({
    entryPoints: [join(ROOT, 'lambda-src', 'index.ts')],
    outfile: join(directory, 'index.mjs'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    plugins: [withReplacements(replacements)],
    logLevel: 'error',
  });
  return directory;
}
