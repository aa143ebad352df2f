import { createHash } from 'node:crypto';
import { Command } from '@aws-sdk/client-ssm';
import { FleetConfig } from '../../src/private/rotation-contract';
import { SecretVersion } from '../aws/secret-versions';
import { Context } from '../context';
import { Credential } from '../secret/credential';

/** Begins the comment of every command of this library. */
export const COMMENT_START = 'SES SMTP ';

/** A version on its way to the mail servers. */
export interface Push {
  /** What sends it, a rotation or a request of CloudFormation; a later one may have to send the same version again. */
  readonly token: string;
  readonly version: SecretVersion;
  readonly credential: Credential;
  /** Other versions that commands carry although they are given up: id to the moment at which that was seen. */
  readonly givenUp: Map<string, number>;
}

export async function sendCommand({ log, runCommand }: Context, push: Push, fleet: FleetConfig): Promise<string> {
  const commandId = await runCommand.send(fleet, commentFor(push, fleet), parametersFor(push, fleet));
  log.info('command sent', { commandId, document: fleet.document.name });
  return commandId;
}

/** Marks a command as the one by which this rotation sends this version to this fleet, in the 100 characters that a comment may have. */
export function commentFor({ token, version }: Push, fleet: FleetConfig): string {
  return `${commentStart(version)}${version.id} ${fingerprint(12, [token, fleet])}`;
}

/** Tells the commands that carry this secret from those of other secrets by the same document. */
export function commentStart({ secretArn }: Pick<SecretVersion, 'secretArn'>): string {
  return `${COMMENT_START}${fingerprint(8, secretArn)} `;
}

export function versionIn({ Comment }: Command): string {
  return Comment!.split(' ')[3];
}

function fingerprint(length: number, of: unknown): string {
  return createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, length);
}

function parametersFor({ credential, version: { id, secretArn } }: Push, { document }: FleetConfig): Record<string, string[]> {
  const { parameters, constants } = document;
  const values: [string | undefined, string][] = [
    [parameters.secretArn, secretArn],
    [parameters.versionId, id],
    [parameters.region, secretArn.split(':')[3]],
    [parameters.username, credential.username],
    // Only documents of `CredentialDocument.existingWithCredential` have it.
    [parameters.password, parameters.password ? credential.password.reveal() : ''],
    ...Object.entries(constants ?? {}),
  ];
  return Object.fromEntries(values.filter(([name]) => name !== undefined).map(([name, value]) => [name, [value]]));
}
