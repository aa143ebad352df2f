import { CfnWaitCondition, CfnWaitConditionHandle, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as ses from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';
import { boundary } from './boundary';
import { linuxServers } from './mail-servers';
import { LiveAppOptions, SERVER_TAG } from './names';
import { TestNetwork } from './network';
import { Variation } from './variation';
import { windowsFleets, windowsServer } from './windows-server';
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
  constructor(scope: Construct, id: string, { fleet, identity, prefix, variation, windows }: CredentialStackProps) {
    super(scope, id);
    const permissionsBoundary = boundary(this, `${prefix}-boundary`);
    iam.PermissionsBoundary.of(this).apply(permissionsBoundary);
    const { userName = `${prefix}-user`, secretName = `${prefix}-secret` } = variation;
    const fleets = [...fleet ? [fleetOf(prefix)] : [], ...windows ? windowsFleets(prefix) : []];
    const rotation = new SesSmtpCredentialRotation(this, variation.id ?? 'Mail', {
      identities: [ses.EmailIdentity.fromEmailIdentityName(this, 'Identity', identity ?? `${prefix}.example.com`)],
      userName,
      secretName,
      credentialFormat: variation.text ? CredentialFormat.usernameColonPassword() : undefined,
      gracePeriod: GRACE,
      mailServers: [...variation.servers ? fleets : [], ...variation.missingServer ? [MISSING] : []],
      permissionsBoundary,
    });
    if (fleet || windows) {
      const network = new TestNetwork(this, 'Network');
      const roles = [...fleet ? linuxServers(this, network, prefix) : [], ...windows ? [windowsServer(this, network, prefix)] : []];
      roles.forEach(role => rotation.grantRead(role));
    }
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
