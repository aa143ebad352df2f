import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node' with { 'resolution-mode': 'import' };

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder with the C# project that `dotnet` would build. */
    readonly csharpProject: string;
  }
}

const ROOT = join(__dirname, '..', '..');
const PACKAGE = 'CdkSesSmtp.CredentialRotation';

/** Generates the code of the package for .NET, which needs Node.js alone. */
export default function ({ provide }: TestProject): () => void {
  const output = mkdtempSync(join(tmpdir(), 'csharp-'));
  execFileSync(join(ROOT, 'node_modules', '.bin', 'jsii-pacmak'), ['--target', 'dotnet', '--code-only', '--outdir', output], { cwd: ROOT, stdio: 'pipe' });
  provide('csharpProject', join(output, 'dotnet', PACKAGE));
  return () => rmSync(output, { recursive: true });
}
