import { html, Markup } from './html';

/** The time that a timeline shows, in seconds. */
export class Axis {
  /** So many that there is room for their labels. */
  private static readonly MOST_TICKS = 12;
  private static readonly STEPS = [1, 2, 5, 10, 20, 30, 60];

  constructor(public readonly length: number) {}

  public percent(seconds: number): string {
    return `${(Math.min(1, Math.max(0, seconds / this.length)) * 100).toFixed(2)}%`;
  }

  public get tick(): number {
    return Axis.STEPS.find(step => this.length / step <= Axis.MOST_TICKS) ?? Infinity;
  }

  public get ticks(): number[] {
    return Array.from({ length: Math.floor(this.length / this.tick) + 1 }, (_, index) => index * this.tick);
  }
}

/** Something that lasts. */
export interface Bar {
  readonly began: number;
  readonly ended: number;
  readonly style: string;
  readonly text?: string;
}

/** Something at one moment. */
export interface Dot {
  readonly at: number;
  readonly style: string;
}

/** A line of a timeline. */
export interface Lane {
  readonly name: string;
  readonly style?: string;
  /** What it shows, for those who do not see it. */
  readonly description: string;
  readonly bars?: Bar[];
  readonly dots?: Dot[];
}

export function lane({ name, style = '', description, bars = [], dots = [] }: Lane, axis: Axis): Markup {
  return html`<div class="lane ${style}"><span class="name">${name}</span>
<div class="track" role="img" aria-label="${description}" style="--tick: ${axis.percent(axis.tick)}">
${bars.map(bar => barOf(bar, axis))}${dots.map(dot => dotOf(dot, axis))}</div></div>
`;
}

/** The seconds below the lanes. */
export function axisLane(axis: Axis): Markup {
  return html`<div class="lane axis" aria-hidden="true"><span class="name"></span>
<div class="track">${axis.ticks.map(tick => html`<span class="tick" style="left: ${axis.percent(tick)}">${tick} s</span>`)}</div></div>
`;
}

function dotOf({ at, style }: Dot, axis: Axis): Markup {
  return html`<span class="dot ${style}" style="left: ${axis.percent(at)}"></span>`;
}

function barOf({ began, ended, style, text = '' }: Bar, axis: Axis): Markup {
  return html`<span class="${style}" style="left: ${axis.percent(began)}; width: ${axis.percent(ended - began)}">${text}</span>`;
}
