import { describe, expect, it } from 'vitest';
import { denialIn } from './aws-denials';

const event = (record: object) => ({ CloudTrailEvent: JSON.stringify({ eventName: 'GetUser', eventSource: 'iam.amazonaws.com', ...record }) });

describe('an event of CloudTrail', () => {
  it.each(['AccessDenied', 'AccessDeniedException', 'Client.UnauthorizedOperation'])('is a denial with %s', errorCode => {
    expect(denialIn(event({ errorCode }), 'function')).toEqual([{ caller: 'function', action: 'iam:GetUser' }]);
  });

  it.each([{}, { errorCode: 'NoSuchEntityException' }])('is none with %j', record => {
    expect(denialIn(event(record), 'function')).toEqual([]);
  });
});
