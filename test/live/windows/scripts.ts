import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A script of this folder, with values for its variables. */
export function script(name: string, values: Readonly<Record<string, string>> = {}): string {
  const assignments = Object.entries(values).map(([variable, value]) => `$${variable} = '${value.replaceAll("'", "''")}'\n`);
  return assignments.join('') + readFileSync(join(__dirname, `${name}.ps1`), 'utf8');
}
