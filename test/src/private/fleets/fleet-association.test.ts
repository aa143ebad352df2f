import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { CredentialDocument, MailServerFleet, MailServerTargets } from '../../../../src';
import { defineRotation, onlyResource } from '../../define-rotation';

const targets = MailServerTargets.tag('EmailServers', 'True');
const document = CredentialDocument.existing('Apply', { secretArnParameter: 'Secret', versionIdParameter: 'Version' });
const nodes = MailServerTargets.managedNodes('i-12345678', 'mi-0123456789abcdef0');

describe('applyToNewServers', () => {
  function association(options: Partial<MailServerFleet>) {
    return onlyResource(defineRotation(() => ({ mailServers: [{ targets, document, ...options }] })).stack, 'AWS::SSM::Association');
  }

  it('defines no association by default', () => {
    expect(() => association({})).toThrow('0 resources of type AWS::SSM::Association');
  });

  it('runs the document on the targets without a version id, every 30 minutes', () => {
    const properties = association({ applyToNewServers: true, document: CredentialDocument.postfix(), maxConcurrency: '10', maxErrors: '5%' });
    expect(properties).toEqual({
      Name: { Ref: expect.stringMatching(/^SesSmtpCredentialDocument/) },
      Parameters: { SecretArn: [{ Ref: expect.stringMatching(/^NewsletterSecret/) }], Region: [{ Ref: 'AWS::Region' }] },
      Targets: [{ Key: 'tag:EmailServers', Values: ['True'] }],
      ScheduleExpression: 'rate(30 minutes)',
      MaxConcurrency: '10',
      MaxErrors: '5%',
    });
  });

  it('runs a document of your own with the parameters that it has', () => {
    const own = CredentialDocument.existing('Apply', {
      secretArnParameter: 'Secret', versionIdParameter: 'Version', parameters: { Table: '/etc/table' }, documentVersion: '3',
    });
    expect(association({ applyToNewServers: true, targets: nodes, document: own })).toMatchObject({
      Name: 'Apply',
      DocumentVersion: '3',
      Parameters: { Table: ['/etc/table'], Secret: [{ Ref: expect.stringMatching(/^NewsletterSecret/) }] },
      Targets: [{ Key: 'InstanceIds', Values: ['i-12345678', 'mi-0123456789abcdef0'] }],
    });
  });

  it('begins after the first rotation', () => {
    const { stack } = defineRotation(() => ({ mailServers: [{ targets, document, applyToNewServers: true }] }));
    const [{ DependsOn }] = Object.values(Template.fromStack(stack).findResources('AWS::SSM::Association'));
    expect(DependsOn).toEqual([expect.stringMatching(/^NewsletterCredential/)]);
  });
});
