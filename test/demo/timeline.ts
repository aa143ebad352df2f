import { describeLine, parseLine } from './function-line';
import { Delivery } from './mail-client';
import { MailServerEvent } from './mail-server';
import { labelledKeys, LabelledKeys, ServerState } from './snapshot';
import { World } from '../world';

/** What happened in one rotation, and when: in seconds since it began. */
export interface Timeline {
  readonly steps: StepRun[];
  readonly notes: Note[];
  readonly runs: DocumentRun[];
  readonly messages: Message[];
  /** Which key stands in the versions with labels, from then on. */
  readonly labels: LabelState[];
  /** What the mail servers held when it began. */
  readonly held: ServerState[];
}

/** An invocation of the function. */
export interface StepRun {
  readonly step: string;
  readonly began: number;
  readonly ended: number;
  readonly succeeded: boolean;
}

/** A line of the function's log. */
export interface Note {
  readonly at: number;
  readonly step: string;
  readonly level: string;
  readonly message: string;
  /** The message with its details. */
  readonly text: string;
}

/** A mail server that ran the document. */
export interface DocumentRun {
  readonly instanceId: string;
  readonly began: number;
  readonly ended: number;
  /** What it holds now; missing if it failed. */
  readonly accessKeyId?: string;
  /** Why it failed. */
  readonly reason?: string;
}

export interface Message {
  readonly at: number;
  readonly from: string;
  readonly accessKeyId: string;
  readonly accepted: boolean;
  readonly reply: string;
}

export interface LabelState {
  readonly at: number;
  readonly keys: LabelledKeys;
}

/** Takes down what happens in a rotation as it happens. */
export class Recorder {
  private start = Date.now();
  private timeline: Timeline = emptyTimeline([]);

  constructor(private readonly world: World, private readonly secretArn: string) {}

  public begin(held: ServerState[]): void {
    this.start = Date.now();
    this.timeline = emptyTimeline(held);
    this.lookAtLabels();
  }

  /** @param deliveries the messages that were sent since it began */
  public end(deliveries: Delivery[]): Timeline {
    for (const { during, sentAt, ...message } of deliveries) this.timeline.messages.push({ at: this.since(sentAt), ...message });
    return this.timeline;
  }

  public functionLine(line: string): void {
    this.lookAtLabels();
    const parsed = parseLine(line);
    if (!parsed) return;
    const { step, level, message } = parsed;
    this.timeline.notes.push({ at: this.since(Date.now()), step, level, message, text: describeLine(parsed) });
  }

  public serverEvent(instanceId: string, event: MailServerEvent): void {
    if (event.type === 'started') return;
    const { seconds, type, ...outcome } = event;
    const ended = this.since(Date.now());
    this.timeline.runs.push({ instanceId, began: ended - seconds, ended, ...outcome });
  }

  /** Looks whether another key has got a label. */
  public lookAtLabels(): void {
    const keys = labelledKeys(this.world, this.secretArn);
    if (JSON.stringify(keys) === JSON.stringify(this.timeline.labels.at(-1)?.keys)) return;
    this.timeline.labels.push({ at: this.since(Date.now()), keys });
  }

  /** Stands around an invocation of the function. */
  public async step(step: string, invoke: () => Promise<unknown>): Promise<unknown> {
    const began = this.since(Date.now());
    let succeeded = false;
    try {
      const result = await invoke();
      succeeded = true;
      return result;
    } finally {
      this.timeline.steps.push({ step, began, ended: this.since(Date.now()), succeeded });
    }
  }

  private since(moment: number): number {
    return Math.max(0, moment - this.start) / 1000;
  }
}

function emptyTimeline(held: ServerState[]): Timeline {
  return { steps: [], notes: [], runs: [], messages: [], labels: [], held };
}
