import { Duration } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { CredentialDocument, MailServerFleet, MailServerTargets, SmtpEndpoint } from '../../../../src';
import { configOf, defineRotation, onlyResource, textOf } from '../../define-rotation';

const targets = MailServerTargets.tag('EmailServers', 'True');
const document = CredentialDocument.existing('Apply', { secretArnParameter: 'Secret', versionIdParameter: 'Version' });
const nodes = MailServerTargets.managedNodes('i-12345678', 'mi-0123456789abcdef0');

function fleetConfig(options: Partial<MailServerFleet>) {
  return configOf(defineRotation(() => ({ mailServers: [{ targets, document, ...options }] })).stack).fleets[0];
}

describe('the options of a fleet', () => {
  it('default to trying every server within 5 minutes, with one that must confirm', () => {
    expect(fleetConfig({})).toEqual({
      targets: [{ key: 'tag:EmailServers', values: ['True'] }],
      document: { name: 'Apply', marker: false, parameters: { secretArn: 'Secret', versionId: 'Version' } },
      maxErrors: '100%',
      timeoutSeconds: 300,
      minimumTargets: 1,
    });
  });

  it('require all servers to confirm by default if they are given by id', () => {
    expect(fleetConfig({ targets: nodes })).toMatchObject({ instanceIds: ['i-12345678', 'mi-0123456789abcdef0'], minimumTargets: 2 });
  });

  it('are passed on', () => {
    expect(fleetConfig({ maxConcurrency: '10%', maxErrors: '0', timeout: Duration.hours(1), minimumTargets: 0 }))
      .toMatchObject({ maxConcurrency: '10%', maxErrors: '0', timeoutSeconds: 3600, minimumTargets: 0 });
  });

  it('allow the function to send the document of each fleet, and no other, to the servers of that fleet', () => {
    const { stack } = defineRotation(() => ({
      mailServers: [{ targets, document }, { targets: nodes, document: CredentialDocument.existingWithCredential('Sample') }],
    }));
    const statements: { Sid: string; Resource: unknown }[] = onlyResource(stack, 'AWS::IAM::Policy', 'NewsletterPolicy').PolicyDocument.Statement;
    const sending = statements.filter(({ Sid }) => Sid.startsWith('Send'));
    expect(sending.map(({ Sid, Resource }) => [Sid, [Resource].flat().map(textOf)])).toEqual([
      ['SendDocument0', ['arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:document/Apply']],
      ['SendToMailServers0', [
        'arn:<AWS::Partition>:ec2:<AWS::Region>:<AWS::AccountId>:instance/*',
        'arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:managed-instance/*',
      ]],
      ['SendDocument1', ['arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:document/Sample']],
      ['SendToMailServers1', [
        'arn:<AWS::Partition>:ec2:<AWS::Region>:<AWS::AccountId>:instance/i-12345678',
        'arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:managed-instance/mi-0123456789abcdef0',
      ]],
    ]);
  });
});

describe('two fleets', () => {
  const own = CredentialDocument.existing('Apply', { secretArnParameter: 'Secret', versionIdParameter: 'Version', documentVersion: '2' });
  const other = MailServerTargets.tag('EmailServers', 'Other');
  const defineBoth = (one: MailServerFleet, two: MailServerFleet) => () => defineRotation(() => ({
    endpoint: SmtpEndpoint.regional({ region: 'eu-west-1' }), additionalRegions: ['eu-central-1'], mailServers: [{ targets: other, document }, one, two],
  }));

  it.each<[string, MailServerFleet, MailServerFleet]>([
    ['are the same object', { targets, document }, { targets, document }],
    ['differ in how many change at a time only', { targets, document, maxConcurrency: '1' }, { targets, document, minimumTargets: 3 }],
    ['were written out twice', { targets: nodes, document: CredentialDocument.postfix() }, {
      targets: MailServerTargets.managedNodes('mi-0123456789abcdef0', 'i-12345678'), document: CredentialDocument.postfix(),
    }],
    ['have the same script', { targets, document: CredentialDocument.shellScript('true') }, { targets, document: CredentialDocument.shellScript('true') }],
    ['have the same region', { targets, document: CredentialDocument.exim(), region: 'eu-central-1' }, {
      targets, document: CredentialDocument.exim(), region: 'eu-central-1',
    }],
  ])('fail when they %s', (_, one, two) => {
    expect(defineBoth(one, two)).toThrow('mailServers[2] must differ from mailServers[1] in targets, document or region, got the same twice; leave one of them out');
  });

  it.each<[string, MailServerFleet, MailServerFleet]>([
    ['targets', { targets, document }, { targets: nodes, document }],
    ['document', { targets, document: CredentialDocument.postfix() }, { targets, document: CredentialDocument.msmtp() }],
    ['options', { targets, document: CredentialDocument.postfix() }, { targets, document: CredentialDocument.postfix({ passwordMap: 'hash:/etc/postfix/other' }) }],
    ['version', { targets, document }, { targets, document: own }],
    ['script', { targets, document: CredentialDocument.shellScript('true') }, { targets, document: CredentialDocument.shellScript('false') }],
    ['region', { targets, document: CredentialDocument.postfix() }, { targets, document: CredentialDocument.postfix(), region: 'eu-central-1' }],
    ['field', { targets, document: CredentialDocument.postfix() }, { targets, document: CredentialDocument.postfix(), region: 'eu-west-1' }],
  ])('may differ in their %s only', (_, one, two) => {
    expect(defineBoth(one, two)).not.toThrow();
  });
});
