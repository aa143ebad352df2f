const { App, Duration, Stack } = require('aws-cdk-lib');
const { Schedule } = require('aws-cdk-lib/aws-events');
const { Key } = require('aws-cdk-lib/aws-kms');
const { EmailIdentity } = require('aws-cdk-lib/aws-ses');
const { CredentialDocument, MailServerTargets, SesSmtpCredentialRotation, SmtpEndpoint } = require('cdk-ses-smtp-credential-rotation');

const stack = new Stack(new App(), 'Mail');
const identities = [EmailIdentity.fromEmailIdentityName(stack, 'Domain', 'example.com')];
new SesSmtpCredentialRotation(stack, 'Defaults', { identities });
new SesSmtpCredentialRotation(stack, 'Fleets', {
  identities,
  encryptionKey: new Key(stack, 'Key', { enableKeyRotation: true }),
  schedule: Schedule.rate(Duration.days(7)),
  endpoint: SmtpEndpoint.regional({ region: 'eu-west-1', port: 465 }),
  mailServers: [
    { targets: MailServerTargets.tag('EmailServers', 'True'), document: CredentialDocument.postfix() },
    { targets: MailServerTargets.resourceGroup('mail-servers'), document: CredentialDocument.iisSmtp() },
    { targets: MailServerTargets.managedNodes('i-12345678'), document: CredentialDocument.shellScript('true') },
  ],
});
