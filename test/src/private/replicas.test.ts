import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as ses from 'aws-cdk-lib/aws-ses';
import { describe, expect, it } from 'vitest';
import { SesSmtpCredentialRotation } from '../../../src';
import { defineRotation, onlyResource, statementsOf, textOf } from '../define-rotation';

const IRELAND = { env: { region: 'eu-west-1', account: '111122223333' } };
const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/1';

function withReplicas(replicaRegions: secretsmanager.ReplicaRegion[], additionalRegions?: string[]) {
  return defineRotation(() => ({ replicaRegions, additionalRegions }), IRELAND);
}

describe('replicas', () => {
  it('can be left out', () => {
    expect(onlyResource(withReplicas([], ['eu-central-1']).stack, 'AWS::SecretsManager::Secret')).not.toHaveProperty('ReplicaRegions');
  });

  it('may be in other Regions than those of the endpoints', () => {
    const { rotation, stack } = withReplicas([{ region: 'us-east-1' }], ['eu-central-1']);
    rotation.grantRead(iam.Role.fromRoleName(stack, 'Reader', 'reader'));
    expect(onlyResource(stack, 'AWS::SecretsManager::Secret').ReplicaRegions).toEqual([{ Region: 'us-east-1' }]);
    const readable = JSON.stringify(statementsOf(stack, 'Reader'));
    expect(readable).toContain('us-east-1');
    expect(readable).not.toContain('eu-central-1');
  });

  it('may have keys, which the function and readers may use through Secrets Manager, for this secret only', () => {
    const { rotation, stack } = defineRotation(scope => ({
      replicaRegions: [{ region: 'eu-central-1', encryptionKey: kms.Key.fromKeyArn(scope, 'Key', KEY) }, { region: 'us-east-1' }],
    }), IRELAND);
    rotation.grantRead(iam.Role.fromRoleName(stack, 'Reader', 'reader'));
    expect(onlyResource(stack, 'AWS::SecretsManager::Secret').ReplicaRegions).toEqual([{ Region: 'eu-central-1', KmsKeyId: KEY }, { Region: 'us-east-1' }]);
    const useOf = (policy: string) => statementsOf(stack, policy).filter(({ Resource }) => Resource === KEY) as unknown as { Action: unknown; Condition: { StringEquals: { 'kms:ViaService': unknown[] }; StringLike: object } }[];
    expect(useOf('NewsletterPolicy').map(({ Action }) => Action)).toEqual([['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey']]);
    const [{ Action, Condition }] = useOf('Reader');
    expect(Action).toBe('kms:Decrypt');
    expect(Condition.StringEquals['kms:ViaService'].map(textOf)).toEqual(['secretsmanager.eu-west-1.<AWS::URLSuffix>', 'secretsmanager.eu-central-1.<AWS::URLSuffix>']);
    expect(Condition.StringLike).toEqual({ 'kms:EncryptionContext:SecretARN': [expect.anything(), expect.anything()] });
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('imported encryption key cannot be changed here'));
  });

  it('may have a key of another stack, whose policy then lets the account decide', () => {
    const app = new App();
    const frankfurt = new Stack(app, 'Frankfurt', { env: { region: 'eu-central-1', account: '111122223333' } });
    const encryptionKey = new kms.Key(frankfurt, 'Key', { alias: 'smtp' });
    const stack = new Stack(app, 'Stack', { ...IRELAND, crossRegionReferences: true });
    new SesSmtpCredentialRotation(stack, 'Newsletter', {
      identities: [ses.EmailIdentity.fromEmailIdentityName(stack, 'Domain', 'example.com')], replicaRegions: [{ region: 'eu-central-1', encryptionKey }],
    });
    Template.fromStack(frankfurt).hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: { Statement: Match.arrayWith([Match.objectLike({ Action: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'] })]) },
    });
    Template.fromStack(stack).resourceCountIs('AWS::SecretsManager::Secret', 1);
  });

  it.each([
    [[{ region: 'Frankfurt' }], "replicaRegions must name Regions, such as eu-west-1, got 'Frankfurt'"],
    [[{ region: 'us-east-1' }, { region: 'us-east-1' }], 'replicaRegions must differ, got us-east-1, us-east-1; name each Region once'],
    [[{ region: 'eu-west-1' }], "replicaRegions must not name the Region of the secret itself, got 'eu-west-1'; leave it out"],
  ])('fail as %o', (replicaRegions, message) => {
    expect(() => withReplicas(replicaRegions)).toThrow(message);
  });

  it('fail with a key of another Region', () => {
    expect(() => defineRotation(scope => ({ replicaRegions: [{ region: 'us-east-1', encryptionKey: kms.Key.fromKeyArn(scope, 'Key', KEY) }] }), IRELAND))
      .toThrow('replicaRegions must have keys of their own Regions, got a key of eu-central-1 for us-east-1');
  });

  it('may be in Regions that are not known yet', () => {
    const { stack } = defineRotation(scope => ({
      replicaRegions: [{ region: new CfnParameter(scope, 'Region').valueAsString, encryptionKey: kms.Key.fromKeyArn(scope, 'Key', KEY) }],
    }));
    expect(onlyResource(stack, 'AWS::SecretsManager::Secret').ReplicaRegions).toEqual([{ Region: { Ref: 'Region' }, KmsKeyId: KEY }]);
  });

  it('fail with an existing secret', () => {
    expect(() => defineRotation(scope => ({ secret: secretsmanager.Secret.fromSecretNameV2(scope, 'Secret', 'smtp'), replicaRegions: [] })))
      .toThrow('replicaRegions must not be set together with secret, got both; leave one of them out');
  });
});
