import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { testableLanguages } from './tool-chains';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tools-'));
  vi.stubEnv('PATH', directory);
  vi.stubEnv('LANGUAGE_TESTS', '');
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(directory, { recursive: true });
});

/** A program that prints a version, and nothing else. */
function installTool(command: string, version: string): void {
  writeFileSync(join(directory, command), `#!/bin/sh\necho '${version}'\n`);
  chmodSync(join(directory, command), 0o755);
}

it.each([
  'install Node.js 20 or later with npm',
  'apt-get install python3 python3-venv',
  'apt-get install openjdk-17-jdk-headless',
  'apt-get install maven',
  'install Go 1.25 or later',
  'install the SDK of .NET 10 or later',
])('says what to install when no language has its tools: %s', advice => {
  expect(() => testableLanguages()).toThrow(advice);
});

describe('a machine that has the tools of some languages', () => {
  beforeEach(() => {
    installTool('npm', '10.0.0');
    installTool('git', 'git version 2.39.5');
    installTool('go', 'go version go1.26.1 linux/amd64');
    installTool('dotnet', '8.0.100');
  });

  it('tests these, and names the others in one line', () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    expect(testableLanguages()).toEqual(['typescript', 'go']);
    expect(write.mock.calls).toEqual([[expect.stringMatching(/^Not tested, .*python \(.*java \(.*csharp \(dotnet 10 or later, found: 8\.0\.100;.*\n$/)]]);
  });

  it('fails if all languages have to be tested', () => {
    vi.stubEnv('LANGUAGE_TESTS', 'all');
    expect(() => testableLanguages()).toThrow('csharp (dotnet 10 or later, found: 8.0.100');
  });
});
