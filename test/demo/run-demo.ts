import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { DemoReport } from './story';

export interface DemoRun {
  readonly exitCode: number;
  readonly stderr: string;
  readonly report: DemoReport;
}

const ROOT = join(__dirname, '..', '..');
const TSX = createRequire(__filename).resolve('tsx/cli');

/** Runs the demo as `npm run demo -- --json` does, without bundling the function anew. */
export async function runDemo(...options: string[]): Promise<DemoRun> {
  const args = [TSX, '--tsconfig', join(ROOT, 'tsconfig.dev.json'), join(__dirname, 'demo.ts'), '--json', ...options];
  return new Promise(resolve => {
    const child = execFile(process.execPath, args, { cwd: ROOT }, (_error, stdout, stderr) => {
      resolve({ exitCode: child.exitCode ?? -1, stderr, report: stdout === '' ? undefined : JSON.parse(stdout) });
    });
  });
}
