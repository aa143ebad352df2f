import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { STYLE } from './style';

const DESCRIPTION = 'What the construct defines, and who talks to whom: Secrets Manager calls the rotation function step by step; the function makes a key, '
  + 'logs in to SES with it, and sends the mail servers a document by Run Command, which reads the credential from the secret.';
const COLOURS = `
  .construct path { fill: none; stroke: var(--line); stroke-dasharray: 5 4; }
  .construct text { font-weight: bold; }
  .part path { fill: var(--box); stroke: var(--line); }
  .main path { fill: var(--main); }
  .outside path { fill: var(--outside); }
  .call path { stroke: var(--line); }
  .call polygon { fill: var(--line); stroke: var(--line); }
  .call text { fill: var(--muted); }`;

/** Draws architecture.dot: Graphviz finds the places, the colours follow light and dark. */
export async function drawArchitecture(): Promise<string> {
  const { Graphviz } = await import('@hpcc-js/wasm-graphviz');
  const svg = (await Graphviz.load()).dot(readFileSync(join(__dirname, 'architecture.dot'), 'utf8'));
  return svg
    .replace(/^[\s\S]*?(?=<svg)/, '')
    // Comments, and tooltips with the names of nodes.
    .replace(/<!--[\s\S]*?-->\n|<title>.*<\/title>\n/g, '')
    .replace(/(width|height)="(\d+)pt"/g, '$1="$2"')
    .replace(/<svg ([^>]*)>/, `<svg $1 role="img" aria-label="${DESCRIPTION}">\n<style>${STYLE}${COLOURS}\n</style>`);
}
