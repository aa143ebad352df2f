import { join } from 'node:path';
import { pythonWith } from '../virtual-environment';

const DIRECTORY = join(__dirname, '..', '..', '.venv-fidelity');

/** The Python that has moto. */
export function pythonWithMoto(directory = DIRECTORY): string {
  return pythonWith({
    subject: 'the comparison with moto',
    python: 'python3',
    directory,
    requirements: join(__dirname, 'requirements.txt'),
    toInstall: 'install Python 3.10 or later with its module venv (Debian and Ubuntu: apt-get install python3 python3-venv)',
  });
}
