// Three mail servers and a role that reads the credential. The variables are what a deployment changes.
const { App, Aspects, CliCredentialsStackSynthesizer, Duration, Stack } = require('aws-cdk-lib');
const iam = require('aws-cdk-lib/aws-iam');
const ses = require('aws-cdk-lib/aws-ses');
const { CredentialDocument, MailServerTargets, SesSmtpCredentialRotation } = require('cdk-ses-smtp-credential-rotation');

const app = new App();
const env = { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION };
// LocalEmu refuses the role that publishes files.
const stack = new Stack(app, 'Mail', { env, synthesizer: new CliCredentialsStackSynthesizer() });

const rotation = new SesSmtpCredentialRotation(stack, 'Newsletter', {
  identities: [ses.EmailIdentity.fromEmailIdentityName(stack, 'Domain', 'example.com')],
  gracePeriod: Duration.hours(Number(process.env.GRACE_HOURS ?? 24)),
  mailServers: [{
    targets: MailServerTargets.tag('EmailServers', 'True'),
    document: CredentialDocument.postfix(),
    minimumTargets: 3,
  }],
});
rotation.grantRead(new iam.Role(stack, 'MailServerRole', {
  roleName: 'mail-servers',
  assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
}));

// A mistake that the tests must notice: a statement that the product's policy would lack.
if (process.env.WITHOUT) Aspects.of(rotation).add({ visit: leaveOut });

function leaveOut(node) {
  if (!(node instanceof iam.CfnPolicy)) return;
  const document = stack.resolve(node.policyDocument);
  node.policyDocument = { ...document, Statement: document.Statement.filter(({ Sid }) => Sid !== process.env.WITHOUT) };
}
