import { html, Markup } from './html';
import { KeyNames } from './key-names';
import { Axis, axisLane, Bar, Lane, lane } from './lane';
import { RotationReport } from '../newsletter';
import { LABELS } from '../snapshot';
import { Timeline } from '../timeline';

/** One rotation: what became of it, its timeline, and everything in words. */
export function rotationSection(rotation: RotationReport, keys: KeyNames): Markup {
  const { title, succeeded, seconds, timeline, error, token } = rotation;
  const axis = new Axis(lengthOf(timeline));
  const group = (name: string, lanes: Lane[]) => html`<h3>${name}</h3>${lanes.map(each => lane(each, axis))}`;
  return html`<section>
<h2>${title[0].toUpperCase()}${title.slice(1)} <span class="badge ${succeeded ? 'good' : 'bad'}">${succeeded ? 'succeeded' : 'refused'}</span></h2>
<p>${seconds.toFixed(1)} seconds, version ${token}. ${mail(timeline)}</p>
${error === undefined ? '' : html`<p class="error">${error}</p>`}
<div class="timeline">
${group('Steps of the function', stepLanes(timeline))}
${group('Logins with the new key', [loginLane(timeline)])}
${group('Key in the version with the label', LABELS.map(label => labelLane(timeline, label, keys, axis)))}
${group('Key that a mail server holds, and its mail', timeline.held.map(({ instanceId }) => serverLane(timeline, instanceId, keys, axis)))}
${axisLane(axis)}
</div>
<details><summary>Everything that happened, in words</summary>
<table class="events"><thead><tr><th scope="col">second</th><th scope="col">who</th><th scope="col">what</th></tr></thead>
<tbody>${eventsOf(timeline).map(({ at, who, what, style }) => html`<tr class="${style}"><td>${at.toFixed(1)}</td><td>${who}</td><td>${what}</td></tr>
`)}</tbody></table>
</details>
</section>
`;
}

function lengthOf({ steps, runs, messages }: Timeline): number {
  return Math.max(1, ...steps.map(({ ended }) => ended), ...runs.map(({ ended }) => ended), ...messages.map(({ at }) => at)) * 1.02;
}

function mail({ messages }: Timeline): string {
  const refused = messages.filter(({ accepted }) => !accepted).length;
  return `Meanwhile and just after, SES accepted ${messages.length - refused} messages and refused ${refused}.`;
}

/** A lane for each name of a step: a retry would have several bars in it. */
function stepLanes({ steps }: Timeline): Lane[] {
  return [...new Set(steps.map(({ step }) => step))].map(name => {
    const runs = steps.filter(({ step }) => step === name);
    const words = runs.map(({ began, ended, succeeded }) => `${succeeded ? 'succeeded' : 'failed'} after ${(ended - began).toFixed(1)} seconds`);
    return {
      name,
      description: `${name} ${words.join(', ')}`,
      bars: runs.map(({ began, ended, succeeded }) => ({ began, ended, style: `bar step ${succeeded ? '' : 'failed'}`, text: succeeded ? '' : '✗' })),
    };
  });
}

function loginLane({ notes }: Timeline): Lane {
  const logins = notes.filter(({ message }) => message.startsWith('login '));
  const accepted = logins.filter(({ message }) => message === 'login accepted').length;
  return {
    name: 'SMTP',
    description: `SES refused ${logins.length - accepted} logins, and accepted the key ${accepted} times`,
    dots: logins.map(({ at, message }) => ({ at, style: message === 'login accepted' ? 'accepted' : 'refused' })),
  };
}

function labelLane({ labels }: Timeline, label: typeof LABELS[number], keys: KeyNames, axis: Axis): Lane {
  return keyLane(label, labels.map(({ at, keys: { [label]: accessKeyId } }) => ({ at, accessKeyId })), keys, axis);
}

function serverLane({ held, messages, runs }: Timeline, instanceId: string, keys: KeyNames, axis: Axis): Lane {
  const own = runs.filter(run => run.instanceId === instanceId);
  const changes = own.flatMap(({ ended, accessKeyId }) => accessKeyId === undefined ? [] : [{ at: ended, accessKeyId }]);
  const initial = held.find(server => server.instanceId === instanceId)?.accessKeyId;
  const { bars = [], ...rest } = keyLane(instanceId, [{ at: 0, accessKeyId: initial }, ...changes], keys, axis);
  const working = own.map(({ began, ended, reason }) => ({ began, ended, style: `run ${reason === undefined ? '' : 'failed'}` }));
  const sent = messages.filter(({ from }) => from === instanceId);
  const dots = sent.map(({ at, accepted }) => ({ at, style: `mail ${accepted ? 'accepted' : 'refused'}` }));
  return { ...rest, style: 'server', bars: [...bars, ...working], dots };
}

interface KeyChange {
  readonly at: number;
  readonly accessKeyId?: string;
}

/** Which key it is, from each change to the next. */
function keyLane(name: string, states: KeyChange[], keys: KeyNames, axis: Axis): Lane {
  const changes = states.filter(({ accessKeyId }, index) => index === 0 || accessKeyId !== states[index - 1].accessKeyId);
  const spans = changes.map(({ at, accessKeyId }, index) => ({ began: at, ended: changes[index + 1]?.at ?? axis.length, accessKeyId }));
  const bars = spans.flatMap(({ accessKeyId, ...span }): Bar[] =>
    accessKeyId === undefined ? [] : [{ ...span, style: `bar ${keys.styleOf(accessKeyId)}`, text: keys.nameOf(accessKeyId) }]);
  const words = spans.map(({ began, accessKeyId }) => `from second ${began.toFixed(1)} ${accessKeyId === undefined ? 'no key' : `key ${keys.nameOf(accessKeyId)}`}`);
  return { name, description: `${name}: ${words.join(', ')}`, bars };
}

interface TimelineEvent {
  readonly at: number;
  readonly who: string;
  readonly what: string;
  readonly style: string;
}

function eventsOf({ labels, messages, notes, runs }: Timeline): TimelineEvent[] {
  return [
    ...notes.map(({ at, step, level, text }) => ({ at, who: step, what: text, style: level === 'ERROR' ? 'bad' : '' })),
    ...labels.map(({ at, keys }) => ({ at, who: 'secret', what: LABELS.flatMap(label => keys[label] ? `${label} ${keys[label]}` : []).join(', ') || 'no key yet', style: '' })),
    ...runs.map(({ ended, instanceId, accessKeyId, reason }) => reason === undefined
      ? { at: ended, who: instanceId, what: `holds ${accessKeyId!}`, style: 'good' }
      : { at: ended, who: instanceId, what: `document failed: ${reason}`, style: 'bad' }),
    ...messages.map(({ at, from, accessKeyId, accepted, reply }) => ({
      at, who: from, what: `message ${accepted ? 'accepted' : 'refused'} with ${accessKeyId}: ${reply}`, style: accepted ? 'mail' : 'mail bad',
    })),
  ].sort((one, other) => one.at - other.at);
}
