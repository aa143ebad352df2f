import { Annotations, PhysicalName, Token } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { checkNotation } from '../notation';

/** Names in the props. */
interface Names {
  readonly functionName?: string;
  readonly path?: string;
  readonly userName?: string;
  readonly secretName?: string;
  readonly secret?: secretsmanager.ISecret;
}

/**
 * Throws on names that IAM, Secrets Manager or Lambda rejects.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
 */
export function validateNames({ functionName, path, secretName, userName }: Names): void {
  checkNotation('userName', userName, /^[\w+=,.@-]{1,64}$/, '1 to 64 letters, digits and "_+=,.@-"', 'choose another name');
  checkNotation('secretName', secretName, /^[\w/+=.@-]{1,512}$/, '1 to 512 letters, digits and "/_+=.@-"', 'choose another name');
  checkNotation('functionName', functionName, /^[\w-]{1,64}$/, '1 to 64 letters, digits, "_" and "-"', 'choose another name');
  checkNotation('path', path, /^(?=.{1,512}$)\/([\x21-\x7e]+\/)?$/, '1 to 512 characters that begin and end with "/", such as /mail/', 'choose such a path');
}

/** A name, unless it is generated: by CloudFormation, or by CDK where another account needs to know it. */
export function chosenName(name: string | undefined): string | undefined {
  return name === PhysicalName.GENERATE_IF_NEEDED ? undefined : name;
}

/** Warns about a secret whose partial ARN looks like a complete one to Secrets Manager. */
export function warnAboutNames(scope: Construct, { secret, secretName = secret && importedName(secret) }: Names): void {
  if (secret?.secretFullArn || secretName === undefined || Token.isUnresolved(secretName) || !/-[^-]{6}$/.test(secretName)) return;
  Annotations.of(scope).addWarningV2('cdk-ses-smtp-credential-rotation:secretNameLikeArn',
    `the secret's name '${secretName}' ends in a hyphen and six characters, as the ARN of every secret does, so Secrets Manager may not find it by a partial ARN; `
    + (secret ? 'import it with Secret.fromSecretCompleteArn' : 'if it is not deployed yet, choose another secretName; later, another name replaces the secret'));
}

/** The name by which a secret was imported. If a partial ARN ends like a complete one, CDK itself takes that end for the six characters. */
export function importedName({ secretArn, secretFullArn, secretName }: secretsmanager.ISecret): string | undefined {
  return secretFullArn ? secretName : secretArn.split(':secret:')[1];
}
