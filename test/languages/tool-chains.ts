import { spawnSync } from 'node:child_process';

interface Tool {
  readonly command: string;
  readonly args: string[];
  /** Finds the version in what the command prints. */
  readonly version: RegExp;
  readonly atLeast: string;
  readonly install: string;
}

const TOOLS: Tool[] = [
  { command: 'npm', args: ['--version'], version: /^([\d.]+)/, atLeast: '10', install: 'Node.js 20 or later with npm' },
  { command: 'git', args: ['--version'], version: /git version ([\d.]+)/, atLeast: '2', install: 'git (Debian and Ubuntu: apt-get install git)' },
  {
    command: 'python3',
    args: ['-c', 'import ensurepip, platform, venv; print(platform.python_version())'],
    version: /^([\d.]+)/,
    atLeast: '3.10',
    install: 'Python 3.10 or later with its module venv (Debian and Ubuntu: apt-get install python3 python3-venv)',
  },
  { command: 'javac', args: ['-version'], version: /javac ([\d.]+)/, atLeast: '17', install: 'a JDK, 17 or later (Debian and Ubuntu: apt-get install openjdk-17-jdk-headless)' },
  { command: 'mvn', args: ['--version'], version: /Apache Maven ([\d.]+)/, atLeast: '3.6', install: 'Maven 3.6 or later (Debian and Ubuntu: apt-get install maven)' },
  { command: 'go', args: ['version'], version: /go version go([\d.]+)/, atLeast: '1.25', install: 'Go 1.25 or later (https://go.dev/doc/install)' },
];

/** Throws unless every language has its tools; names all that are missing, and what to install. */
export function checkToolChains(): void {
  const missing = TOOLS.map(complaint).filter(text => text !== undefined);
  if (missing.length > 0) throw new Error(`npm run test:languages needs the tools of every language:\n${missing.join('\n')}`);
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
