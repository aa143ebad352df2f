import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { suite } from '../suite.mts';

function isInPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some(folder => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** `pwsh` is PowerShell 7, and `powershell.exe` the Windows PowerShell 5.1 that the agent starts. */
const shells = (process.platform === 'win32' ? ['powershell.exe', 'pwsh.exe'] : ['pwsh']).filter(isInPath);
process.env.POWERSHELLS = shells.join();

const config = suite('powershell', { testTimeout: 60_000, hookTimeout: 900_000 });
if (shells.length === 0) {
  process.stdout.write('There is no PowerShell in PATH: no PowerShell document was tested.\n');
  mkdirSync('test-results', { recursive: true });
  writeFileSync('test-results/powershell.json', JSON.stringify({ numTotalTests: 0, numPassedTests: 0, numFailedTests: 0, success: true, testResults: [] }));
}

export default shells.length > 0 ? config : { ...config, test: { ...config.test, include: [], globalSetup: [], reporters: ['default'], passWithNoTests: true } };
