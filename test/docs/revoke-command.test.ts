import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const OPERATIONS = readFileSync(join(__dirname, '..', '..', 'docs', 'operations.md'), 'utf8');

it('the commands of docs/operations.md that revoke a credential name the access key that has leaked', () => {
  const payloads = [...OPERATIONS.matchAll(/--payload '([^']*"revoke"[^']*)'|--payload "((?:[^"\\]|\\.)*revoke(?:[^"\\]|\\.)*)"/g)].map(([, single, double]) => single ?? double);
  expect(payloads.length).toBeGreaterThan(0);
  for (const payload of payloads) expect(payload).toContain('accessKeyId');
});
