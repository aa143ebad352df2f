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
  /** Identifies the rotation, or the request of CloudFormation, that sends it. A later one may have to send the same version again. */
  readonly token: string;
  readonly version: SecretVersion;
  readonly credential: Credential;
  /** Abandoned versions that commands still carry: id to the time at which that was seen. */
  readonly givenUp: Map<string, number>;
}

export async function sendCommand({ log, runCommand }: Context, push: Push, fleet: FleetConfig): Promise<string> {
  const commandId = await runCommand.send(fleet, commentFor(push, fleet), parametersFor(push, fleet));
  log.info('command sent', { commandId, document: fleet.document.name });
  return commandId;
}

/** Marks the command with which this rotation sends this version to this fleet. A comment may have 100 characters. */
export function commentFor({ token, version }: Push, fleet: FleetConfig): string {
  return `${commentStart(version)}${version.id} ${fingerprint(12, [token, fleet])}`;
}

/** Distinguishes the commands for this secret from those that send the same document for other secrets. */
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
