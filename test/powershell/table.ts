import { availableParallelism } from 'node:os';
import { beforeAll, describe, expect, it } from 'vitest';
import { NEW, OLD, VERSION } from './documents';
import { SHELLS } from './shells';
import { Objects, Result, runAlone, runTogether, Scene } from './windows-node';

/** Everything, and each run in a process of its own, as the agent starts it. */
export const DEEP = process.env.POWERSHELL_TESTS === 'all';

export interface Row extends Scene {
  readonly name: string;
  /** The outcome: `applied`, or what the line says after its marker. */
  readonly outcome: 'applied' | string | RegExp;
  /** What the stand-ins hold after it, as far as it matters. */
  readonly after?: Objects;
  /** What standard output has besides, before the outcome. */
  readonly says?: string | RegExp;
  /** What standard error has; nothing unless told. */
  readonly stderr?: RegExp;
  readonly also?: (result: Result) => void;
  /** Of those for which a process of their own matters. */
  readonly alone?: boolean;
  /** Left out of the short share. */
  readonly deep?: boolean;
  /** What must not be seen anywhere. */
  readonly secrets?: readonly string[];
}

/** What Run Command keeps of standard output, in characters. */
const KEPT = 2500;

const MARKER = /^SES_SMTP_CREDENTIAL_(APPLIED|FAILED) .*$/gm;

export function outcomesOf({ stdout, stderr }: Result): string[] {
  return [...`${stdout}\n${stderr}`.replaceAll('\r', '').matchAll(MARKER)].map(([line]) => line);
}

/** Whether Run Command keeps all of a line. */
export function isKept(line: string, { stdout, stderr }: Result): boolean {
  return stdout.slice(0, KEPT).includes(line) || stderr.slice(0, KEPT).includes(line);
}

/** Where a secret, or a part of it, can be seen: names of streams, logs and files. */
export function leaksOf(result: Result, secrets: readonly string[] = [NEW.password, OLD.password]): string[] {
  const places = { 'standard output': result.stdout, 'standard error': result.stderr, ...result.traces };
  const shapes = secrets.flatMap(shapesOf);
  return Object.entries(places).filter(([, text]) => shapes.some(shape => text.includes(shape))).map(([name]) => name);
}

/** A text as a log can have it: cut off anywhere, escaped for JSON or an address, and within something that is in Base64. */
function shapesOf(secret: string): string[] {
  const length = Math.min(16, secret.length);
  const parts = Array.from({ length: secret.length - length + 1 }, (_, start) => secret.slice(start, start + length));
  const encoded = (['utf8', 'utf16le'] as const).flatMap(encoding => [0, 1, 2].map(shift =>
    Buffer.concat([Buffer.alloc(shift), Buffer.from(secret, encoding)]).toString('base64').slice(4, -4)));
  return [...parts, secret.replaceAll('/', '\\/'), encodeURIComponent(secret), ...encoded];
}

function check(row: Row, result: Result): void {
  const expected = row.outcome === 'applied' ? `SES_SMTP_CREDENTIAL_APPLIED ${row.versionId || VERSION}` : row.outcome;
  const said = `${result.stdout}\n${result.stderr}`;
  expect(outcomesOf(result), said).toHaveLength(1);
  const [line] = outcomesOf(result);
  expect(isKept(line, result), `Run Command keeps ${KEPT} characters`).toBe(true);
  if (row.outcome === 'applied') {expect(line, said).toBe(expected);} else {
    expect(line, said).toMatch(/^SES_SMTP_CREDENTIAL_FAILED /);
    expect(line).toMatch(expected);
  }
  expect(result.exitCode, said).toBe(row.outcome === 'applied' ? 0 : 1);
  const besides = result.stdout.replaceAll('\r', '').replace(MARKER, '').trim();
  expect(besides).toMatch(row.says ?? /^$/);
  expect(result.stderr.replaceAll('\r', '').replace(MARKER, '').trim()).toMatch(row.stderr ?? /^$/);
  for (const [name, settings] of Object.entries(row.after ?? {})) {
    const texts = Object.fromEntries(Object.entries(settings).map(([property, value]) => [property, String(value)]));
    expect(result.objects[name], name).toMatchObject(texts);
  }
  expect(leaksOf(result, row.secrets)).toEqual([]);
  row.also?.(result);
}

/**
 * Defines a test for each row and each PowerShell. By default, most rows share a process for each core.
 *
 * @param fit makes of a row what only the run knows, such as a port
 */
export function describeTable(title: string, all: readonly Row[], fit: (row: Row) => Row = row => row): void {
  const rows = all.filter(({ deep }) => DEEP || !deep);
  describe.each(SHELLS)(`${title}, in %s`, shell => {
    const results = new Map<Row, Result>();
    const togetherOnly = (row: Row) => row.languageMode !== undefined || row.prelude !== undefined;
    const ownProcess = (row: Row) => !togetherOnly(row) && (DEEP || row.alone);

    beforeAll(async ({}, { tasks }) => {
      // With -t, only what it names.
      const wanted = new Set(tasks.filter(({ mode }) => mode === 'run').map(({ name }) => name));
      const shared = rows.filter(row => !row.alone && wanted.has(row.name));
      const cores = availableParallelism();
      const shares = Array.from({ length: Math.min(cores, shared.length) }, (_, core) => shared.filter((_row, index) => index % cores === core));
      await Promise.all(shares.map(async part => {
        for (const [index, result] of (await runTogether(shell, part.map(fit))).entries()) results.set(part[index], result);
      }));
    });

    for (const row of rows) {
      it.skipIf(row.culture && !process.env.WITH_CULTURES)(row.name, async () => {
        if (!row.alone) check(row, results.get(row)!);
        if (ownProcess(row)) check(row, await runAlone(shell, fit(row)));
      });
    }
  });
}
