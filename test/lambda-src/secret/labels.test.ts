import { describe, expect, it } from 'vitest';
import {
  deliveryLabel, graceLabel, graceMoment, holderOf, isAppliedByServers, isCurrent, isDelivered, isInUse, isNeeded, isOwnLabel, isPending,
  isUnfinished,
} from '../../../lambda-src/secret/labels';

const ID = '0000000a-0000-4000-8000-000000000001';
const MOMENT = Date.parse('2026-01-02T03:04:05.678Z');
const DELIVERED = deliveryLabel(ID);
const UNUSED = graceLabel('unused', MOMENT, ID);
const INACTIVE = graceLabel('inactive', MOMENT, ID);

describe('a label of ours', () => {
  it('names its version, and the moment since when', () => {
    expect([DELIVERED, UNUSED, INACTIVE]).toEqual([
      `SES_SMTP_DELIVERED_${ID}`, `SES_SMTP_UNUSED_2026-01-02T03:04:05.678Z_${ID}`, `SES_SMTP_INACTIVE_2026-01-02T03:04:05.678Z_${ID}`,
    ]);
    expect([DELIVERED, UNUSED, INACTIVE, 'AWSPREVIOUS', 'KEEP'].map(isOwnLabel)).toEqual([true, true, true, false, false]);
  });

  it('tells the latest moment', () => {
    const later = graceLabel('unused', MOMENT + 1, ID);
    expect(graceMoment({ stages: [later, UNUSED, INACTIVE] }, 'unused')).toBe(MOMENT + 1);
    expect(graceMoment({ stages: [UNUSED, DELIVERED] }, 'inactive')).toBeUndefined();
  });
});

describe('a version', () => {
  it.each<[string[], object]>([
    [['AWSCURRENT'], { isNeeded: true, isInUse: true, isUnfinished: false, isAppliedByServers: true, isDelivered: false }],
    [['AWSPENDING'], { isNeeded: true, isInUse: true, isUnfinished: true, isAppliedByServers: true, isDelivered: false }],
    [['AWSCURRENT', 'AWSPENDING'], { isNeeded: true, isInUse: true, isUnfinished: false, isAppliedByServers: true, isDelivered: false }],
    [['AWSPREVIOUS'], { isNeeded: false, isInUse: false, isUnfinished: false, isAppliedByServers: false, isDelivered: false }],
    [['AWSPREVIOUS', DELIVERED], { isNeeded: false, isInUse: true, isUnfinished: false, isAppliedByServers: false, isDelivered: true }],
    [[UNUSED, INACTIVE], { isNeeded: false, isInUse: false, isUnfinished: false, isAppliedByServers: false, isDelivered: false }],
    [['KEEP'], { isNeeded: true, isInUse: true, isUnfinished: false, isAppliedByServers: false, isDelivered: false }],
  ])('with %s', (stages, answers) => {
    const version = { stages };
    expect({
      isNeeded: isNeeded(version),
      isInUse: isInUse(version),
      isUnfinished: isUnfinished(version),
      isAppliedByServers: isAppliedByServers(version),
      isDelivered: isDelivered(version),
    }).toEqual(answers);
  });

  it('is found by its labels', () => {
    const stages = new Map([['v1', ['AWSPREVIOUS']], ['v2', ['AWSCURRENT', 'KEEP']]]);
    expect(holderOf(stages, isCurrent)).toBe('v2');
    expect(holderOf(stages, isPending)).toBeUndefined();
  });
});
