import { execFile, ExecFileException } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** What goes wrong at a call of a stand-in: at the nth of that name, or at each one with 0; `any` counts all calls. */
export interface Fault {
  readonly call: string;
  readonly at?: number;
  /**
   * `refuse`: nothing happens; `half`: the first of two writes; `lose-reply`: all happens, and then it fails; `ignore` and `half-quietly` fail without a word;
   * `warn`: a cmdlet warns of something, at length; `set` changes what there is.
   */
  readonly action: 'refuse' | 'half' | 'half-quietly' | 'lose-reply' | 'ignore' | 'empty' | 'cut' | 'hang' | 'warn' | 'kill' | 'kill-half' | 'kill-after' | 'set';
  readonly message?: string;
}

export type Settings = Record<string, string | number | boolean | null>;

/** The objects of the stand-ins by name, such as `IIsSmtpServerSetting:SmtpSvc/1`. */
export type Objects = Record<string, Settings>;

/** A Windows node, and the run of a document on it. */
export interface Scene {
  /** The document's lines, as the agent writes them into a file. */
  readonly script: string;
  readonly objects: Objects;
  readonly versionId?: string;
  readonly reader?: 'AWS Tools' | 'AWS CLI' | 'nothing';
  readonly faults?: readonly Fault[];
  readonly languageMode?: 'ConstrainedLanguage';
  /** What has run in the shell before, as a profile does. */
  readonly prelude?: string;
  /** The language of the node, such as `tr-TR`. */
  readonly culture?: string;
  /** The certificate that the node trusts besides. */
  readonly trusted?: string;
  /** An agent that exports no parameters pastes them into the script. */
  readonly oldAgent?: boolean;
}

export interface Result {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  readonly objects: Objects;
  readonly calls: readonly { readonly name: string; readonly arguments: string }[];
  /** Where a password could be left: file names with their contents, among them what a module log has of cmdlets. */
  readonly traces: Record<string, string>;
}

export const SECRET_ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:mail-AbCdEf';
/** Without the profile of what .NET compiles: all processes share it, and after a kill in the middle of writing it, others crash as they start. */
const STEADY = { NO_COLOR: '1', DOTNET_MultiCoreJitMinNumCpus: '1000', ...process.env.WITH_CULTURES && { DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '0' } };
const PARAMETERS = ['SSM_SecretArn', 'SSM_VersionId', 'SSM_Region'];

/** Runs one scene as the agent does: the file begins with a byte order mark, has LF and a final one, and no wrapper. */
export async function runAlone(shell: string, scene: Scene): Promise<Result> {
  return withFolder(async folder => {
    await prepare(folder, shell, scene);
    const { code, stdout, stderr } = await start(shell,
      ['-InputFormat', 'None', '-NonInteractive', '-NoProfile', '-ExecutionPolicy', 'unrestricted', '-f', join(folder, '_script.ps1')], environmentOf(folder, shell, scene));
    return collect(folder, { stdout, stderr, exitCode: code });
  });
}

/** Runs scenes in one process, each in a runspace of its own. */
export async function runTogether(shell: string, scenes: readonly Scene[]): Promise<Result[]> {
  return withFolder(async root => {
    const folders = scenes.map((_scene, index) => join(root, String(index)));
    for (const [index, folder] of folders.entries()) {
      await mkdir(folder);
      await prepare(folder, shell, scenes[index]);
    }
    await writeFile(join(root, 'list.txt'), folders.join('\n'));
    const { stdout, stderr } = await start(shell, ['-NonInteractive', '-NoProfile', '-ExecutionPolicy', 'unrestricted', '-f', join(__dirname, 'run-cases.ps1'),
      join(root, 'list.txt')], { ...process.env, ...STEADY, ...trust(scenes.find(({ trusted }) => trusted)?.trusted) });
    if (stdout + stderr !== '') throw new Error(`the process that runs the scenes printed: ${stdout}${stderr}`);
    return Promise.all(folders.map(async folder => {
      const [output, errorOutput, code] = await Promise.all(['stdout.txt', 'stderr.txt', 'exit-code.txt'].map(name => readFile(join(folder, name), 'utf8')));
      return collect(folder, { stdout: output, stderr: errorOutput, exitCode: Number(code) });
    }));
  });
}

async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'ses-smtp-node-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function prepare(folder: string, shell: string, scene: Scene): Promise<void> {
  const { versionId = '', oldAgent = false } = scene;
  const pasted = oldAgent
    ? scene.script.replace('{{ SecretArn }}', SECRET_ARN).replace('{{ VersionId }}', versionId).replace('{{ Region }}', 'eu-west-1') : scene.script;
  await Promise.all([mkdir(join(folder, 'state')), mkdir(join(folder, 'tmp'))]);
  await writeFile(join(folder, '_script.ps1'), `\ufeff${pasted}\n`);
  const settings = Object.entries(scene.objects)
    .flatMap(([name, object]) => Object.entries({ is: true, ...object }).map(([property, value]) => ({ name, property, value })));
  await writeFile(join(folder, 'state', 'state.tsv'), linesOf(settings.filter(({ value }) => value !== null)
    .map(({ name, property, value }) => [name, property, String(value)])));
  await writeFile(join(folder, 'state', 'faults.tsv'), linesOf((scene.faults ?? [])
    .map(({ call, at = 0, action, message = 'the stand-in refuses' }) => [call, String(at), action, message])));
  await writeFile(join(folder, 'state', 'calls.tsv'), '');
  await writeFile(join(folder, 'modules.txt'), modulesOf(shell, scene).map(path => join(path, `StandIn${path.split(/[/\\]/).slice(-3)[0]}`)).join('\n'));
  await writeFile(join(folder, 'environment.tsv'), Object.entries(environmentOf(folder, shell, scene))
    .filter(([name]) => name.startsWith('SSM_') || name.startsWith('STAND_INS') || ['PATH', 'TMPDIR', 'TEMP', 'TMP', 'LC_ALL'].includes(name)).map(pair => pair.join('\t')).join('\n'));
  if (scene.languageMode) await writeFile(join(folder, 'language-mode.txt'), scene.languageMode);
  const prelude = [...scene.prelude ? [scene.prelude] : [], ...scene.culture ? [`[cultureinfo]::CurrentCulture = '${scene.culture}'`] : []].join('\n');
  if (prelude) await writeFile(join(folder, 'prelude.ps1'), prelude);
}

/** The folders of the stand-ins' modules that are installed. Exchange's come with its snap-in. */
function modulesOf(shell: string, { reader = 'AWS Tools' }: Scene): string[] {
  return [...reader === 'AWS Tools' ? ['AwsTools'] : [], 'Windows'].map(name => join(process.env.STAND_INS!, shell, name, 'powershell', 'Modules'));
}

function environmentOf(folder: string, shell: string, scene: Scene): NodeJS.ProcessEnv {
  const { culture = '', oldAgent = false, reader = 'AWS Tools', trusted, versionId = '' } = scene;
  const parameters = oldAgent ? ['', '', ''] : [SECRET_ARN, versionId, 'eu-west-1'];
  const modules = modulesOf(shell, scene).join(delimiter);
  return {
    ...process.env,
    ...Object.fromEntries(PARAMETERS.map((name, index) => [name, parameters[index]])),
    STAND_INS_STATE: join(folder, 'state'),
    STAND_INS_EXCHANGE: join(process.env.STAND_INS!, shell, 'Exchange', 'powershell', 'Modules', 'StandInExchange'),
    PATH: [...reader === 'AWS CLI' ? [join(process.env.STAND_INS!, 'bin')] : [], ...pathWithoutCli()].join(delimiter),
    LC_ALL: culture.replace('-', '_'),
    TMPDIR: join(folder, 'tmp'),
    TEMP: join(folder, 'tmp'),
    TMP: join(folder, 'tmp'),
    // PowerShell looks for a cmdlet in these folders in their order, and in those of its own last.
    ...process.platform === 'win32' ? { PSModulePath: `${modules}${delimiter}${process.env.PSModulePath ?? ''}` } : { PSModulePath: modules },
    ...process.platform !== 'win32' && { XDG_DATA_HOME: join(process.env.STAND_INS!, shell, 'Windows') },
    ...STEADY,
    ...trust(trusted),
  };
}

function pathWithoutCli(): string[] {
  return (process.env.PATH ?? '').split(delimiter).filter(folder => !['aws', 'aws.exe', 'aws.cmd'].some(name => existsSync(join(folder, name))));
}

/** What OpenSSL trusts, and .NET with it; Windows has a store of its own. */
function trust(certificate?: string): NodeJS.ProcessEnv {
  return certificate === undefined ? {} : { SSL_CERT_FILE: certificate };
}

async function start(program: string, parameters: string[], env: NodeJS.ProcessEnv): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise(resolve => {
    const child = execFile(program, parameters, { env, maxBuffer: 64 * 1024 * 1024 }, (error: ExecFileException | null, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr });
    });
    child.stdin?.end();
  });
}

async function collect(folder: string, run: Pick<Result, 'stdout' | 'stderr' | 'exitCode'>): Promise<Result> {
  const objects: Objects = {};
  for (const [name, property, value] of await tableOf(join(folder, 'state', 'state.tsv'))) (objects[name] ??= {})[property] = value;
  const calls = (await tableOf(join(folder, 'state', 'calls.tsv'))).map(([name, text]) => ({ name, arguments: text }));
  const traces: Record<string, string> = { calls: calls.map(call => call.arguments).join('\n') };
  if (existsSync(join(folder, 'binding.txt'))) traces.binding = await readFile(join(folder, 'binding.txt'), 'utf8');
  for (const name of await readdir(join(folder, 'tmp'), { recursive: true, withFileTypes: true })) {
    if (name.isFile()) traces[`temporary file ${name.name}`] = await readFile(join(name.parentPath, name.name), 'utf8');
  }
  return { ...run, objects, calls, traces };
}

function linesOf(rows: readonly (readonly string[])[]): string {
  return rows.map(row => `${row.map(encodeURIComponent).join('\t')}\n`).join('');
}

async function tableOf(path: string): Promise<string[][]> {
  return (await readFile(path, 'utf8')).split('\n').filter(line => line !== '').map(line => line.split('\t').map(decodeURIComponent));
}
