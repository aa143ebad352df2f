import { CfnParameter, Fn, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { defineRotation, taggedFleet } from './define-rotation';
import { MailServerTargets, SmtpEndpoint } from '../../src';

function list(stack: Stack): string[] {
  return new CfnParameter(stack, 'List', { type: 'CommaDelimitedList' }).valueAsList;
}

describe('a list that only the deployment knows', () => {
  it.each<[string, (stack: Stack) => string[]]>([
    ['a parameter', list],
    ['a text that is split', stack => Fn.split(',', new CfnParameter(stack, 'Text').valueAsString)],
  ])('may be fromAddresses, from %s, with a test message', (_, addresses) => {
    const { stack } = defineRotation(scope => ({ fromAddresses: addresses(scope), testMessage: { sender: 'news@example.com' } }));
    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  it('fails with known values in the same list', () => {
    expect(() => defineRotation(stack => ({ fromAddresses: ['news@example.com', ...list(stack)] })))
      .toThrow('Stack/Newsletter: fromAddresses must be a list of values or one that only the deployment knows, got both in one; give one of them');
  });

  it.each<[string, (values: string[]) => unknown, string]>([
    ['a tag', values => MailServerTargets.tag('EmailServers', 'True', ...values), "tag values in MailServerTargets.tag('EmailServers', ...)"],
    ['one of several tags', values => MailServerTargets.tags({ EmailServers: ['True', ...values] }), 'tags.EmailServers'],
  ])('fails with known values for %s', (_, define, what) => {
    expect(() => define(list(new Stack()))).toThrow(`${what} must be a list of values or one that only the deployment knows, got both in one; give one of them`);
  });

  it('fails among the ids of nodes', () => {
    expect(() => MailServerTargets.managedNodes('i-12345678', ...list(new Stack())))
      .toThrow('node ids must be known at synthesis, got a list that only the deployment knows; name them one by one, or use tags');
  });

  it('fails as additionalRegions', () => {
    expect(() => defineRotation(stack => ({ additionalRegions: list(stack) })))
      .toThrow('Stack/Newsletter: additionalRegions must be known at synthesis, got a list that only the deployment knows; name each Region');
  });
});

it('fails for the key of a tag that only the deployment knows', () => {
  expect(() => defineRotation(stack => ({
    mailServers: [{ ...taggedFleet, targets: MailServerTargets.tag(new CfnParameter(stack, 'Key').valueAsString, 'True') }],
  }))).toThrow('Stack/Newsletter: tag key must be known at synthesis, got ');
});

describe('a Region that the CDK does not know', () => {
  it('comes with the one that was probably meant', () => {
    const { stack } = defineRotation(() => ({ endpoint: SmtpEndpoint.regional({ region: 'eu-wset-1' }) }));
    Annotations.fromStack(stack).hasWarning('/Stack/Newsletter', Match.stringLikeRegexp('^the Region eu-wset-1 is not known to the installed CDK, which knows eu-west-1;'));
  });

  it('works without a word if it resembles none', () => {
    const { stack } = defineRotation(() => ({ endpoint: SmtpEndpoint.regional({ region: 'eusc-de-east-1' }) }));
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('not known to the installed CDK'));
  });
});
