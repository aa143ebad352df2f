import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anonymous } from './anonymous';
import { livePage } from './page';
import { LiveRecord, recordOf } from './record';
import { pageOfRecord } from './write-page';

const FACTS = { engine: 'AWS', isLocal: false, prefix: 'ses-live-abc123', region: 'eu-west-1', identity: 'mail.example.net', fleet: true, windows: false };

describe('docs/live.md', () => {
  it('is what the suite writes', () => {
    expect(readFileSync(join(__dirname, '..', '..', '..', 'docs', 'live.md'), 'utf8')).toBe(pageOfRecord());
  });

  it('says that nobody has run the suite, until somebody has', () => {
    expect(livePage()).toContain('Nobody has run this suite on AWS yet');
    expect(livePage(recordOf({ steps: [], findings: [], leftOvers: [], interrupted: false }, FACTS, new Date(0)))).not.toContain('Nobody');
  });

  it('has the outcome, the steps and the answers of a run', () => {
    const record: LiveRecord = recordOf({
      steps: [{ name: 'a step', outcome: 'failed', seconds: 3, error: 'a | b\nc' }],
      findings: [{ id: 'retries', answer: '5 attempts' }],
      leftOvers: [{ kind: 'user', name: 'ses-live-abc123-user', command: 'aws …' }],
      interrupted: false,
    }, FACTS, new Date(0));
    const page = livePage(record);
    for (const part of ['1970-01-01, AWS, eu-west-1, with identity, fleet', '**failed**', 'user: 1', 'failed: a \\| b c', '5 attempts']) expect(page).toContain(part);
  });
});

describe('what is published', () => {
  it.each([
    ['User: arn:aws:sts::123456789012:assumed-role/ses-live-abc123-Role/x is not authorized', 'User: (name) is not authorized'],
    ['key AKIAIOSFODNN7EXAMPLE of account 123456789012', 'key (id) of account (account)'],
    ['ses-live-abc123-user-2 and live-test@mail.example.net', '(name) and (name)'],
    ['i-0123456789abcdef0 at 192.0.2.1, command 11111111-2222-3333-4444-555555555555', '(id) at (address), command (id)'],
    ['password BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2', 'password (password)'],
    ['arn:aws:kms:eu-west-1:123456789012:key/x, denied', '(arn), denied'],
    ['after 12 s UPDATE_COMPLETE', 'after 12 s UPDATE_COMPLETE'],
  ])('has no ids and names: %s', (text, expected) => {
    expect(anonymous(text, FACTS)).toBe(expected);
  });
});
