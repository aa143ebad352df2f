import { spawnSync } from 'node:child_process';

interface Tool {
  readonly command: string;
  readonly args: string[];
  /** Finds the version in what the command prints. */
  readonly version: RegExp;
  readonly atLeast: string;
  readonly install: string;
}

/** What each language needs. Everything needs what TypeScript does. */
const TOOLS: Record<string, Tool[]> = {
  typescript: [
    { command: 'npm', args: ['--version'], version: /^([\d.]+)/, atLeast: '10', install: 'Node.js 20 or later with npm' },
    { command: 'git', args: ['--version'], version: /git version ([\d.]+)/, atLeast: '2', install: 'git (Debian and Ubuntu: apt-get install git)' },
  ],
  python: [
    {
      command: 'python3',
      args: ['-c', 'import ensurepip, platform, venv; print(platform.python_version())'],
      version: /^([\d.]+)/,
      atLeast: '3.10',
      install: 'Python 3.10 or later with its module venv (Debian and Ubuntu: apt-get install python3 python3-venv)',
    },
  ],
  java: [
    { command: 'javac', args: ['-version'], version: /javac ([\d.]+)/, atLeast: '17', install: 'a JDK, 17 or later (Debian and Ubuntu: apt-get install openjdk-17-jdk-headless)' },
    { command: 'mvn', args: ['--version'], version: /Apache Maven ([\d.]+)/, atLeast: '3.6', install: 'Maven 3.6 or later (Debian and Ubuntu: apt-get install maven)' },
  ],
  go: [
    { command: 'go', args: ['version'], version: /go version go([\d.]+)/, atLeast: '1.25', install: 'Go 1.25 or later (https://go.dev/doc/install)' },
  ],
  csharp: [
    { command: 'dotnet', args: ['--version'], version: /^([\d.]+)/, atLeast: '10', install: 'the SDK of .NET 10 or later (https://dotnet.microsoft.com/download)' },
  ],
};

/**
 * The languages that this machine has the tools of; one line says what is missing for the others, which are not tested.
 * Throws if TypeScript is one of those, or if all languages have to be tested.
 */
export function testableLanguages(): string[] {
  const missing = Object.entries(TOOLS).map(([language, tools]) => ({ language, complaints: tools.flatMap(tool => complaint(tool) ?? []) }))
    .filter(({ complaints }) => complaints.length > 0);
  const said = missing.map(({ language, complaints }) => `${language} (${complaints.join(', ')})`).join('; ');
  const untested = missing.map(({ language }) => language);
  if (untested.includes('typescript') || untested.length > 0 && process.env.LANGUAGE_TESTS === 'all') {
    throw new Error(`npm run test:languages needs the tools of the languages: ${said}`);
  }
  if (untested.length > 0) process.stdout.write(`Not tested, because this machine lacks the tools: ${said}\n`);
  return Object.keys(TOOLS).filter(language => !untested.includes(language));
}

function complaint({ command, args, version, atLeast, install }: Tool): string | undefined {
  const { stdout, stderr, error, status } = spawnSync(command, args, { encoding: 'utf8' });
  const found = status === 0 ? version.exec(stdout + stderr)?.[1] : undefined;
  if (found !== undefined && compareVersions(found, atLeast) >= 0) return undefined;
  const said = found ?? error?.message ?? stderr.trim();
  return `${command} ${atLeast} or later, found: ${said}; install ${install}`;
}

function compareVersions(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}
