import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { SERVER_TAG, windowsTagOf } from './names';
import { tagged, TestNetwork } from './network';
import { CredentialDocument, MailServerFleet, MailServerTargets } from '../../../src';
import { script } from '../windows/scripts';

/** One Windows Server whose IIS SMTP service relays to SES with a credential that is still a placeholder; returns its role. */
export function windowsServer(stack: Stack, network: TestNetwork, prefix: string): iam.IRole {
  const userData = ec2.UserData.forWindows();
  userData.addCommands(script('configure', { Endpoint: `[email-smtp.${stack.region}.${stack.urlSuffix}]` }));
  const server = network.instance('Windows', {
    // 2025 has no SMTP service.
    machineImage: ec2.MachineImage.latestWindows(ec2.WindowsVersion.WINDOWS_SERVER_2022_ENGLISH_FULL_BASE),
    instanceType: ec2.InstanceType.of(ec2.InstanceClass.T3, ec2.InstanceSize.MEDIUM),
    userData,
  });
  tagged(server, SERVER_TAG, windowsTagOf({ prefix }));
  return server.role;
}

/** The server takes each credential twice: by the document for IIS, and by a script. */
export function windowsFleets(prefix: string): MailServerFleet[] {
  const targets = MailServerTargets.tag(SERVER_TAG, windowsTagOf({ prefix }));
  return [CredentialDocument.iisSmtp(), CredentialDocument.powerShellScript(script('own-script'))].map(document => ({ targets, document, minimumTargets: 1 }));
}
