import { Annotations } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { BindDocument, documentArn } from './document-binding';
import { DocumentConfig } from '../rotation-contract';

/** AWS documents whose parameters say what to run, or where to get it. */
const RUN_ANYTHING = [
  'AWS-ApplyAnsiblePlaybooks', 'AWS-ApplyChefRecipes', 'AWS-ApplyDSCMofs', 'AWS-ConfigureAWSPackage', 'AWS-InstallApplication', 'AWS-InstallPowerShellModule',
  'AWS-RunAnsiblePlaybook', 'AWS-RunDockerAction', 'AWS-RunDocument', 'AWS-RunPowerShellScript', 'AWS-RunRemoteScript', 'AWS-RunSaltState', 'AWS-RunShellScript',
];

/** A document that does not come from this library, and does not print its marker. */
type ExistingDocument = Pick<DocumentConfig, 'name' | 'version' | 'parameters' | 'constants'>;

/** A document that reads the secret itself. */
export function existingDocument({ name, version, parameters, constants }: ExistingDocument): BindDocument {
  const config = { name, version, marker: false, parameters, constants };
  return scope => {
    warnAboutContent(scope, name);
    return { config, arn: documentArn(scope, name), content: config };
  };
}

/** A document that gets the credential in its parameters. */
export function existingDocumentWithCredential(document: ExistingDocument): BindDocument {
  const bind = existingDocument(document);
  return (scope, context) => {
    Annotations.of(scope).addWarningV2('cdk-ses-smtp-credential-rotation:passwordInCommand',
      `document ${document.name} takes the password as a command parameter, which ssm:ListCommands and EventBridge show; `
      + 'let the document read the secret, and use CredentialDocument.existing');
    return bind(scope, context);
  };
}

function warnAboutContent(scope: Construct, name: string): void {
  if (!RUN_ANYTHING.includes(name.replace(/^.*:document\//, ''))) return;
  Annotations.of(scope).addWarningV2('cdk-ses-smtp-credential-rotation:documentRunsAnything',
    `document ${name} runs whatever its parameters contain, so the rotation function may run anything on these servers; `
    + 'put the commands into a document of your own, or use CredentialDocument.shellScript or CredentialDocument.powerShellScript');
}
