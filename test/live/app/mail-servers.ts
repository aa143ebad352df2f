import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { SERVER_TAG } from './names';
import { tagged, TestNetwork } from './network';

/** Two Amazon Linux instances whose Postfix relays to SES with a credential that is still a placeholder; returns their roles. */
export function linuxServers(stack: Stack, network: TestNetwork, prefix: string): iam.IRole[] {
  const userData = ec2.UserData.forLinux();
  userData.addCommands(...POSTFIX.map(line => line.replaceAll('HOST', `email-smtp.${stack.region}.${stack.urlSuffix}`)));
  return ['First', 'Second'].map(id => {
    const server = network.instance(id, {
      machineImage: ec2.MachineImage.latestAmazonLinux2023({ cpuType: ec2.AmazonLinuxCpuType.ARM_64 }),
      instanceType: ec2.InstanceType.of(ec2.InstanceClass.T4G, ec2.InstanceSize.NANO),
      userData,
    });
    tagged(server, SERVER_TAG, prefix);
    return server.role;
  });
}

const POSTFIX = [
  'set -e',
  'dnf install -y postfix cyrus-sasl-plain',
  'postconf -e "relayhost = [HOST]:587" smtp_sasl_auth_enable=yes smtp_sasl_security_options=noanonymous smtp_tls_security_level=encrypt',
  'postconf -e "smtp_sasl_password_maps = $(postconf -h default_database_type):/etc/postfix/sasl_passwd" inet_interfaces=loopback-only',
  'umask 077',
  'echo "[HOST]:587 placeholder:placeholder" > /etc/postfix/sasl_passwd',
  'postmap /etc/postfix/sasl_passwd',
  'systemctl enable --now postfix',
];
