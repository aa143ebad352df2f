import { describe, expect, it } from 'vitest';
import { html } from './html';
import { Axis, axisLane, lane } from './lane';
import { reportPage } from './page';
import { RotationReport } from '../newsletter';
import { DemoReport } from '../story';

const SCRIPT = '<script>alert("it\'s on")</script>';
const ESCAPED = '&lt;script&gt;alert(&quot;it&#39;s on&quot;)&lt;/script&gt;';

/** A report in which everything that somebody else wrote would be a script. */
function hostileReport(): DemoReport {
  const servers = [{ instanceId: SCRIPT, accessKeyId: SCRIPT }];
  const state = { versions: [{ id: SCRIPT, labels: [SCRIPT], accessKeyId: SCRIPT }], keys: [], servers };
  const rotation: RotationReport = {
    title: SCRIPT,
    succeeded: false,
    token: SCRIPT,
    seconds: 4,
    error: SCRIPT,
    loginsInARow: 0,
    after: state,
    timeline: {
      steps: [{ step: SCRIPT, began: 0, ended: 4, succeeded: false }],
      notes: [{ at: 1, step: SCRIPT, level: 'ERROR', message: SCRIPT, text: SCRIPT }],
      runs: [{ instanceId: SCRIPT, began: 1, ended: 2, reason: SCRIPT }],
      messages: [{ at: 3, from: SCRIPT, accessKeyId: SCRIPT, accepted: false, reply: SCRIPT }],
      labels: [{ at: 0, keys: { AWSCURRENT: SCRIPT } }],
      held: servers,
    },
  };
  return {
    passed: false,
    seconds: 4,
    rotations: [rotation],
    grace: { afterGrace: state, end: state, problems: [] },
    end: state,
    messages: [{ when: SCRIPT, accepted: 0, refused: 1 }],
    checks: [{ sentence: SCRIPT, passed: false }],
  };
}

describe('a page', () => {
  it('takes for text whatever it is filled with', () => {
    const page = reportPage(hostileReport());
    expect(page).not.toContain('<script');
    expect(page.split(ESCAPED).length).toBeGreaterThan(20);
  });

  it('says what failed', () => {
    const page = reportPage(hostileReport());
    expect(page).toContain('1 checks FAILED (4.0 s).');
    expect(page).toContain(`<p class="error">${ESCAPED}</p>`);
    expect(page).toContain('<span class="badge bad">refused</span>');
    expect(page).toContain('SES accepted 0 messages and refused 1');
  });

  it('keeps what is HTML already', () => {
    expect(html`<ul>${['a & b', 2].map(item => html`<li>${item}</li>`)}</ul>`.text).toBe('<ul><li>a &amp; b</li><li>2</li></ul>');
  });
});

describe('a lane', () => {
  it('puts bars and dots where they belong, and nothing beyond its ends', () => {
    const { text } = lane({
      name: 'setSecret',
      description: 'what it shows',
      bars: [{ began: 5, ended: 10, style: 'bar', text: 'A' }, { began: 15, ended: 40, style: 'run' }],
      dots: [{ at: 2, style: 'accepted' }, { at: -1, style: 'refused' }],
    }, new Axis(20));
    expect(text).toContain('<span class="bar" style="left: 25.00%; width: 25.00%">A</span>');
    expect(text).toContain('<span class="run" style="left: 75.00%; width: 100.00%"></span>');
    expect(text).toContain('<span class="dot accepted" style="left: 10.00%"></span>');
    expect(text).toContain('<span class="dot refused" style="left: 0.00%"></span>');
    expect(text).toContain('role="img" aria-label="what it shows"');
  });

  it('has seconds below it, as many as there is room for', () => {
    const labelled = (length: number) => [...axisLane(new Axis(length)).text.matchAll(/>(\d+) s</g)].map(([, second]) => Number(second));
    expect(labelled(4.2)).toEqual([0, 1, 2, 3, 4]);
    expect(labelled(25)).toEqual([0, 5, 10, 15, 20, 25]);
    expect(labelled(700)).toHaveLength(12);
  });
});
