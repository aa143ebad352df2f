import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

interface AssetManifest {
  readonly files?: Record<string, {
    readonly source: { readonly path?: string };
    readonly destinations: Record<string, { readonly objectKey: string }>;
  }>;
}

/** The directories of the assembly's assets by the object keys that templates name. */
export function assetsOf(assemblyDirectory?: string): Map<string, string> {
  const assets = new Map<string, string>();
  if (assemblyDirectory === undefined) return assets;
  for (const file of readdirSync(assemblyDirectory).filter(name => name.endsWith('.assets.json'))) {
    const manifest = JSON.parse(readFileSync(join(assemblyDirectory, file), 'utf8')) as AssetManifest;
    for (const { source, destinations } of Object.values(manifest.files ?? {})) {
      for (const { objectKey } of Object.values(destinations)) assets.set(objectKey, join(assemblyDirectory, source.path ?? ''));
    }
  }
  return assets;
}
