import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { defineRotation, onlyResource } from '../../define-rotation';

describe('the saved query', () => {
  it('shows the lines of the rotations in the log group, and those of the watchdog that report a change or a problem', () => {
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
