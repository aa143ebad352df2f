import { CfnWaitCondition, CfnWaitConditionHandle, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as ses from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';
import { boundary } from './boundary';
import { linuxServers, SERVER_TAG } from './mail-servers';
import { LiveAppOptions } from './names';
import { Variation } from './variation';
import { CredentialDocument, CredentialFormat, MailServerFleet, MailServerTargets, SesSmtpCredentialRotation } from '../../../src';

export interface CredentialStackProps extends LiveAppOptions {
  readonly variation: Variation;
}

export const GRACE = Duration.minutes(10);
/** No server has this tag. */
const MISSING: MailServerFleet = {
  targets: MailServerTargets.tag(SERVER_TAG, 'nobody'), document: CredentialDocument.shellScript('true'), minimumTargets: 1,
};

/** The credential under test. */
export class CredentialStack extends Stack {
  constructor(scope: Construct, id: string, { fleet, identity, prefix, variation }: CredentialStackProps) {
    super(scope, id);
    const permissionsBoundary = boundary(this, `${prefix}-boundary`);
    iam.PermissionsBoundary.of(this).apply(permissionsBoundary);
    const { userName = `${prefix}-user`, secretName = `${prefix}-secret` } = variation;
    const rotation = new SesSmtpCredentialRotation(this, variation.id ?? 'Mail', {
      identities: [ses.EmailIdentity.fromEmailIdentityName(this, 'Identity', identity ?? `${prefix}.example.com`)],
      userName,
      secretName,
      credentialFormat: variation.text ? CredentialFormat.usernameColonPassword() : undefined,
      gracePeriod: GRACE,
      mailServers: [...fleet ? [fleetOf(prefix)] : [], ...variation.missingServer ? [MISSING] : []],
      permissionsBoundary,
    });
    if (fleet) linuxServers(this, { prefix, identity }).forEach(server => rotation.grantRead(server));
    if (variation.failsLater) this.failAfter(rotation);
  }

  /** Nobody signals it. */
  private failAfter(rotation: SesSmtpCredentialRotation): void {
    const handle = new CfnWaitConditionHandle(this, 'Handle');
    new CfnWaitCondition(this, 'FailsLater', { handle: handle.ref, timeout: '1', count: 1 }).node.addDependency(rotation);
  }
}

function fleetOf(prefix: string): MailServerFleet {
  return { targets: MailServerTargets.tag(SERVER_TAG, prefix), document: CredentialDocument.postfix(), minimumTargets: 2 };
}
