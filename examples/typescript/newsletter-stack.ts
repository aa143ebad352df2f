import { Duration, Stack, StackProps } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as ses from 'aws-cdk-lib/aws-ses';
import { CredentialDocument, MailServerTargets, SesSmtpCredentialRotation } from 'cdk-ses-smtp-credential-rotation';
import { Construct } from 'constructs';

/** The credential of three Postfix servers that relay a newsletter through Amazon SES, and that of an application. */
export class NewsletterStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const domain = ses.EmailIdentity.fromEmailIdentityName(this, 'Domain', 'example.com');

    const rotation = new SesSmtpCredentialRotation(this, 'Credential', {
      identities: [domain],
      encryptionKey: new kms.Key(this, 'Key', { enableKeyRotation: true }),
      schedule: events.Schedule.rate(Duration.days(30)),
      mailServers: [{
        targets: MailServerTargets.tag('EmailServers', 'True'),
        document: CredentialDocument.postfix(),
        minimumTargets: 3,
      }],
    });

    // The role of the mail servers: Systems Manager reaches them, and they read the credential.
    const role = new iam.Role(this, 'MailServerRole', {
      assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('AmazonSSMManagedInstanceCore')],
    });
    rotation.grantRead(role);
    new iam.InstanceProfile(this, 'MailServerProfile', { role });

    // A second credential, with a user of its own, for an application that reads the secret by itself.
    new SesSmtpCredentialRotation(this, 'BillingCredential', {
      identities: [domain],
      fromAddresses: ['billing@example.com'],
    });
  }
}
