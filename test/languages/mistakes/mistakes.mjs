import { App, Stack } from 'aws-cdk-lib';
import { SesSmtpCredentialRotation, SmtpEndpoint } from 'cdk-ses-smtp-credential-rotation';

const stack = new Stack(new App(), 'Stack');
const mistakes = [
  () => new SesSmtpCredentialRotation(stack, 'NoIdentities', { identities: [] }),
  () => SmtpEndpoint.regional({ port: 1025 }),
];
for (const mistake of mistakes) {
  try {
    mistake();
  } catch (error) {
    console.log(error.message);
  }
}
