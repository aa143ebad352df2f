import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawArchitecture } from './architecture';
import { drawRotation } from './rotation';

const PICTURES = join(__dirname, '..', 'docs', 'pictures');

/** By the name of the file. */
export async function drawAll(): Promise<Record<string, string>> {
  return { 'architecture.svg': await drawArchitecture(), 'rotation.svg': drawRotation() };
}

if (require.main === module) {
  void drawAll().then(pictures => {
    for (const [name, svg] of Object.entries(pictures)) writeFileSync(join(PICTURES, name), svg);
  });
}
