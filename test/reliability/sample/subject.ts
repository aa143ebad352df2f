import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { rotateLikeTheSample } from './sample';
import { CredentialDocument, CredentialFormat, MailServerTargets } from '../../../src';
import { DocumentContent } from '../../world';
import { takesCredentialFromParameters } from '../../world/nodes';
import { Setup } from '../setups';
import { Subject } from '../subject';

const SECRET_NAME = 'SESSendSecret';
const DOCUMENT_NAME = 'UpdatePostfix';

const DOCUMENT: DocumentContent = {
  schemaVersion: '2.2',
  parameters: { SESUsername: { type: 'String' }, SESPassword: { type: 'String' } },
  mainSteps: [{ action: 'aws:runShellScript', name: 'updatePostfix', inputs: { runCommand: ['true'] } }],
};

const TAGS = { EmailServers: 'True' };

/** What the sample's stack comes down to: an empty secret, one tag, one document that takes the credential as parameters. */
export const SAMPLE_STACK: Setup = {
  name: "the sample's stack",
  before: world => {
    world.setupSecret({ name: SECRET_NAME });
    world.ssm.documents.register({ name: DOCUMENT_NAME, content: DOCUMENT });
  },
  props: (stack, document) => ({
    secret: Secret.fromSecretNameV2(stack, 'Secret', SECRET_NAME),
    credentialFormat: CredentialFormat.usernameColonPassword(),
    mailServers: [{ targets: MailServerTargets.tag('EmailServers', 'True'), document }],
  }),
  servers: [{ instanceId: 'i-00000001', tags: TAGS }, { instanceId: 'i-00000002', tags: TAGS }],
};

/** The sample, as far as its algorithm goes. */
export const SAMPLE: Subject = {
  name: "AWS's sample",
  invoke: async (event, ...others) => 'Step' in event ? rotateLikeTheSample(event, ...others) : undefined,
  document: CredentialDocument.existingWithCredential(DOCUMENT_NAME),
  apply: (_world, execution, server) => takesCredentialFromParameters()(execution, server),
};
