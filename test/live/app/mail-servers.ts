import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { tagged, TestNetwork } from './network';

/** The tag that makes an instance one of the fleet; its value is the run's prefix. */
export const SERVER_TAG = 'SesSmtpLiveServer';

export interface ServersOptions {
  readonly prefix: string;
  readonly identity?: string;
}

/** Two Amazon Linux instances whose Postfix relays to SES with a credential that is still a placeholder; returns their roles. */
export function linuxServers(stack: Stack, { prefix }: ServersOptions): iam.IRole[] {
  const network = new TestNetwork(stack, 'Network');
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
  'postconf -e smtp_sasl_password_maps=hash:/etc/postfix/sasl_passwd inet_interfaces=loopback-only',
  'umask 077',
  'echo "[HOST]:587 placeholder:placeholder" > /etc/postfix/sasl_passwd',
  'postmap /etc/postfix/sasl_passwd',
  'systemctl enable --now postfix',
];
