import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SHELLS } from './shells';

const SOURCES = join(__dirname, 'stand-ins');

/** Which cmdlets a module brings, and under which other names. */
interface StandInModule {
  readonly cmdlets: readonly string[];
  readonly aliases?: Record<string, string>;
}

const MODULES: Record<string, StandInModule> = {
  AwsTools: { cmdlets: ['Get-SECSecretValue', 'Get-SECSecret'] },
  Exchange: { cmdlets: ['Get-SendConnector', 'Set-SendConnector'] },
  Windows: {
    cmdlets: ['Get-WmiObject', 'Add-PSSnapin', 'New-StandInObject', 'Suspend-StandInSleep', 'ConvertFrom-StandInJson'],
    aliases: { 'New-Object': 'New-StandInObject', 'Start-Sleep': 'Suspend-StandInSleep', 'ConvertFrom-Json': 'ConvertFrom-StandInJson' },
  },
};

/**
 * Compiles the stand-ins for each PowerShell. As functions, they would not do: those of a module do not see the caller's
 * $ErrorActionPreference. Each module has a folder of its own, so that a case chooses what is installed.
 */
export async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'ses-smtp-stand-ins-'));
  process.env.STAND_INS = folder;
  await mkdir(join(folder, 'bin'));
  if (await haveCultures(SHELLS)) process.env.WITH_CULTURES = '1';
  const cli = await readFile(join(SOURCES, 'aws.cjs'), 'utf8');
  await writeFile(join(folder, 'bin', 'aws'), cli.replace(/^.*/, `#!${process.execPath}`), { mode: 0o755 });
  await writeFile(join(folder, 'bin', 'aws.cmd'), `@"${process.execPath}" "%~dp0aws" %*\r\n`);
  for (const shell of SHELLS) await compile(shell, join(folder, shell));
  return async () => rm(folder, { recursive: true, force: true });
}

/** PowerShell outside Windows compares texts and writes numbers as its language does only where ICU is installed. */
async function haveCultures(shells: readonly string[]): Promise<boolean> {
  const env = { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '0' };
  const probes = shells.map(async shell => promisify(execFile)(shell, ['-NoProfile', '-NonInteractive', '-Command', '[cultureinfo]::new("tr-TR").Name'], { env }));
  return Promise.all(probes).then(() => true, () => false);
}

async function compile(shell: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const sources = (await readdir(SOURCES)).filter(name => name.endsWith('.cs')).map(name => `'${join(SOURCES, name)}'`);
  await promisify(execFile)(shell, ['-NoProfile', '-NonInteractive', '-Command',
    `$ErrorActionPreference = 'Stop'; Add-Type -Path ${sources.join(', ')} -OutputAssembly '${join(folder, 'StandIns.dll')}'`]);
  for (const [name, module] of Object.entries(MODULES)) await writeModule(join(folder, name, 'powershell', 'Modules', `StandIn${name}`), module);
}

async function writeModule(folder: string, { cmdlets, aliases = {} }: StandInModule): Promise<void> {
  await mkdir(folder, { recursive: true });
  const name = folder.split(/[/\\]/).pop();
  const list = (names: readonly string[]) => `@(${names.map(text => `'${text}'`).join(', ')})`;
  await copyFile(join(folder, '..', '..', '..', '..', 'StandIns.dll'), join(folder, 'StandIns.dll'));
  await writeFile(join(folder, `${name}.psm1`), [
    ...Object.entries(aliases).map(([alias, cmdlet]) => `Set-Alias ${alias} ${cmdlet}`),
    `Export-ModuleMember -Cmdlet ${list(cmdlets)} -Alias ${list(Object.keys(aliases))}`, '',
  ].join('\n'));
  await writeFile(join(folder, `${name}.psd1`), `@{ ModuleVersion = '1.0.0'; RootModule = '${name}.psm1'; NestedModules = @('StandIns.dll'); FunctionsToExport = @()
CmdletsToExport = ${list(cmdlets)}; AliasesToExport = ${list(Object.keys(aliases))} }\n`);
}
