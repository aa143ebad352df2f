import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { billOfMaterials, licenseFile, Metafile, thirdParties } from './third-party';

/** Writes beside a bundle whose code it contains; instead of esbuild's own account, which names the machine's directories. */
const [directory] = process.argv.slice(2);
const metafile = join(directory, 'index.meta.json');
const packages = thirdParties(JSON.parse(readFileSync(metafile, 'utf8')) as Metafile);
writeFileSync(join(directory, 'THIRD-PARTY-LICENSES'), licenseFile(packages));
writeFileSync(join(directory, 'sbom.cdx.json'), `${JSON.stringify(billOfMaterials(packages), undefined, 2)}\n`);
rmSync(metafile);
