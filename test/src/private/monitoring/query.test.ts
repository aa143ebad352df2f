import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { defineRotation, onlyResource } from '../../define-rotation';

describe('the saved query', () => {
  it('tells the story of the rotations in the log group, and of the watchdog what is worth telling', () => {
    const { stack } = defineRotation();
    const [logGroup] = Object.keys(Template.fromStack(stack).findResources('AWS::Logs::LogGroup'));
    expect(onlyResource(stack, 'AWS::Logs::QueryDefinition')).toEqual({
      Name: 'Stack/Newsletter/Rotations',
      LogGroupNames: [{ Ref: logGroup }],
      QueryString: [
        'fields @timestamp, step, level, message, accessKeyId, endpoint, commandId, confirmed, targets, seconds, error, versionId',
        '| filter ispresent(step)',
        '| filter step != "watchdog" or message not in ["step started", "age of the current access key", "login accepted", "step finished"]',
        '| sort @timestamp asc',
        '| limit 1000',
      ].join('\n'),
    });
  });
});
