import { STYLE } from './style';

/** A stretch of time, with what it is called and what happens in it. */
interface Phase {
  readonly name: string;
  readonly width: number;
  readonly lines: string[];
  readonly style: string;
}

/** A key, or what there is of it, for some time. */
interface Bar {
  readonly from: number;
  readonly to: number;
  readonly y: number;
  readonly height?: number;
  readonly style: string;
  readonly text?: string;
}

const LEFT = 96;
const WIDTH = 830;
const HEIGHT = 330;
const PHASES: Phase[] = [
  { name: 'createSecret', width: 112, style: 'step', lines: ['makes key B,', 'stores it as', 'AWSPENDING'] },
  { name: 'setSecret', width: 196, style: 'step', lines: ['logs in until that works; then by', 'Run Command, every mail server', 'reads it, applies it and confirms'] },
  { name: 'testSecret', width: 96, style: 'step', lines: ['logs in', 'once more'] },
  { name: 'finishSecret', width: 104, style: 'step', lines: ['promotes it', 'to AWSCURRENT'] },
  { name: 'grace period', width: 100, style: 'later', lines: ['key A', 'still works'] },
  { name: 'watchdog', width: 112, style: 'later', lines: ['key A is inactive,', 'and deleted', 'a day later'] },
];
const DESCRIPTION = 'A rotation: createSecret makes a key, setSecret proves it and hands it to every mail server, testSecret logs in once more, finishSecret promotes it. '
  + 'The previous key works until its grace has ended. A failure before the promotion leaves the current credential in place.';
const COLOURS = `
  text { font-size: 12px; }
  .name, .lane { font-weight: bold; }
  .caption, .note { fill: var(--muted); font-size: 11.5px; }
  .step { fill: var(--main); stroke: var(--line); }
  .later { fill: var(--ground); stroke: var(--line); stroke-dasharray: 4 3; }
  .key { stroke-width: 1.5; }
  .a { stroke: var(--key-a); fill: var(--key-a); }
  .b { stroke: var(--key-b); fill: var(--key-b); }
  .labelled { fill: var(--ground); }
  .inactive { fill: var(--ground); stroke-dasharray: 4 3; }
  .on { fill: var(--on-key); font-weight: bold; }
  .promotion, .reach { stroke: var(--text); fill: none; }
  .promotion { stroke-dasharray: 3 3; }`;

/** Where phases begin; the last one is where all of them have ended. */
const EDGES = PHASES.reduce((edges, { width }) => [...edges, edges[edges.length - 1] + width], [LEFT]);
const [CREATE, SET, , FINISH, GRACE, WATCHDOG, END] = EDGES;
const PROMOTION = (FINISH + GRACE) / 2;
const STORED = SET - 24;
const KEY_B = 134;
const KEY_A = 172;
const SERVERS = [214, 232, 250];
const BARS: Bar[] = [
  { from: STORED, to: PROMOTION, y: KEY_B, style: 'b labelled', text: 'AWSPENDING' },
  { from: PROMOTION, to: END, y: KEY_B, style: 'b', text: 'AWSCURRENT' },
  { from: CREATE, to: PROMOTION, y: KEY_A, style: 'a', text: 'AWSCURRENT' },
  { from: PROMOTION, to: WATCHDOG, y: KEY_A, style: 'a labelled', text: 'AWSPREVIOUS' },
  { from: WATCHDOG, to: END - 48, y: KEY_A, style: 'a inactive', text: 'inactive' },
  ...SERVERS.flatMap((y, index): Bar[] => {
    const change = SET + 120 + index * 22;
    return [{ from: CREATE, to: change, y, height: 12, style: 'a' }, { from: change, to: END, y, height: 12, style: 'b' }];
  }),
];
const LANES: [string, number][] = [['Key B, new', KEY_B + 17], ['Key A', KEY_A + 17], ['Mail servers', SERVERS[1] + 2], ['hold', SERVERS[1] + 17]];

/** Draws who holds which key in the course of a rotation. */
export function drawRotation(): string {
  return `<svg width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${DESCRIPTION}">
<style>${STYLE}${COLOURS}
</style>
<rect class="ground" width="${WIDTH}" height="${HEIGHT}" rx="6"/>
${PHASES.map(phase).join('\n')}
${LANES.map(([name, y]) => text(name, 10, y, 'lane')).join('\n')}
${BARS.map(bar).join('\n')}
${text('deleted', END - 2, KEY_A + 17, 'caption', 'end')}
<path class="promotion" d="M${PROMOTION} 112V304"/>
<path class="reach" d="M${CREATE} 276v6H${PROMOTION - 2}v-6"/>
${text('A failure up to here leaves key A current, and mail goes on.', (CREATE + PROMOTION) / 2, 298, 'note', 'middle')}
${text('The retry starts again with createSecret, and the same version.', (CREATE + PROMOTION) / 2, 314, 'note', 'middle')}
${text('From here on, whoever reads the', PROMOTION + 10, 298, 'note')}
${text('secret gets key B.', PROMOTION + 10, 314, 'note')}
</svg>
`;
}

function phase({ name, width, lines, style }: Phase, index: number): string {
  const [left, middle] = [EDGES[index] + 3, EDGES[index] + width / 2];
  const captions = lines.map((line, row) => text(line, middle, 62 + row * 15, 'caption', 'middle'));
  return [`<rect class="${style}" x="${left}" y="14" width="${width - 6}" height="28" rx="6"/>`, text(name, middle, 32, 'name', 'middle'), ...captions].join('\n');
}

function bar({ from, to, y, height = 25, style, text: label }: Bar): string {
  const rect = `<rect class="key ${style}" x="${from}" y="${y}" width="${to - from}" height="${height}" rx="3"/>`;
  if (label === undefined) return rect;
  return `${rect}\n${text(label, (from + to) / 2, y + 17, style.includes(' ') ? 'caption' : 'on', 'middle')}`;
}

function text(content: string, x: number, y: number, style: string, anchor = 'start'): string {
  return `<text class="${style}" x="${x}" y="${y}" text-anchor="${anchor}">${content}</text>`;
}
