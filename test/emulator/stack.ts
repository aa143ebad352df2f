import { setTimeout as sleep } from 'node:timers/promises';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ACCOUNT, REGION, ROOT } from './account';
import { rootEnvironment } from './aws-cli';
import { Emulator } from './emulator';
import { cdk } from '../languages/cdk';
import type { Output } from '../languages/program';

/** A version of the secret. */
export interface Credential {
  readonly username: string;
  readonly password: string;
}

interface Resource {
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId: string;
  readonly ResourceType: string;
}

/** The stack of the app, which the real CDK CLI deploys to LocalEmu. */
export class MailStack {
  /** @param settings the variables of the app */
  constructor(private readonly emulator: Emulator, private readonly app: string, private readonly settings: Record<string, string> = {}) {}

  public async bootstrap(): Promise<Output> {
    return this.cdk(['bootstrap', `aws://${ACCOUNT}/${REGION}`]);
  }

  public async deploy(changes: Record<string, string> = {}): Promise<Output> {
    return this.cdk(['deploy', '--require-approval', 'never'], changes);
  }

  public async destroy(): Promise<Output> {
    return this.cdk(['destroy', '--force']);
  }

  public async resource(type: string, id = ''): Promise<string> {
    const { StackResources } = await this.emulator.cli.ask<{ StackResources: Resource[] }>('cloudformation', 'describe-stack-resources', '--stack-name', 'Mail');
    const found = StackResources.filter(({ ResourceType, LogicalResourceId }) => ResourceType === type && LogicalResourceId.startsWith(id));
    if (found.length !== 1) throw new Error(`there must be one ${type} that begins with "${id}", found ${found.length}`);
    return found[0].PhysicalResourceId;
  }

  public async current(): Promise<Credential> {
    const client = new SecretsManagerClient({ endpoint: this.emulator.url, region: REGION, credentials: ROOT });
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: await this.resource('AWS::SecretsManager::Secret'), VersionStage: 'AWSCURRENT' }));
    return JSON.parse(SecretString!) as Credential;
  }

  public async rotate(): Promise<void> {
    await this.emulator.cli.ask('secretsmanager', 'rotate-secret', '--secret-id', await this.resource('AWS::SecretsManager::Secret'));
  }

  private async cdk(args: string[], changes: Record<string, string> = {}): Promise<Output> {
    return cdk(this.app, [...args, '--app', 'node app.cjs'], { ...rootEnvironment(this.emulator.url), ...this.settings, ...changes });
  }
}

/** Waits until something is so. */
export async function until(what: string, isSo: () => Promise<boolean>, seconds = 120): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!await isSo()) {
    if (Date.now() > deadline) throw new Error(`it took more than ${seconds} seconds until ${what}`);
    await sleep(500);
  }
}
