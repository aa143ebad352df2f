import { IAMClient } from '@aws-sdk/client-iam';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { Clock } from '../../../lambda-src/basics/time';
import { Dependencies } from '../../../lambda-src/context';

/** The clients of services that both AWS and the local AWS serve in their wire protocols. */
export interface Clients {
  readonly iam: IAMClient;
  readonly secretsManager: SecretsManagerClient;
  readonly ssm: SSMClient;
  readonly sts: STSClient;
}

export interface StackEvent {
  readonly at: number;
  readonly logicalId: string;
  readonly status: string;
  readonly reason?: string;
}

export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
}

/** CloudFormation's stacks. What fails rejects with CloudFormation's reason. */
export interface Stacks {
  deploy(assembly: string, stackName: string): Promise<void>;
  /** Cancels the update that is under way. */
  cancel(stackName: string): Promise<void>;
  /** Ends what is under way, and deletes the stack. A stack that does not exist is deleted. */
  destroy(assembly: string, stackName: string): Promise<void>;
  /** Undefined if there is no such stack. */
  status(stackName: string): Promise<string | undefined>;
  /** Oldest first. */
  events(stackName: string): Promise<StackEvent[]>;
  resources(stackName: string): Promise<StackResource[]>;
}

/** The servers of a fleet. */
export interface MailServers {
  /** The ids of those that Run Command reaches, by the value of their tag. */
  ready(tag: string): Promise<string[]>;
  /** Whether the server's own set-up has ended. */
  isSetUp(id: string): Promise<boolean>;
  /** Has a server send a message with the credential that it holds; returns what became of it. */
  send(id: string, message: { readonly from: string; readonly to: string }): Promise<string>;
  /** What makes the server unable to apply a credential, while it goes on sending. */
  break(id: string): Promise<void>;
  repair(id: string): Promise<void>;
  /** Runs a script of `windows/` with these variables, as SYSTEM; returns what it prints. */
  powerShell(id: string, name: string, values?: Readonly<Record<string, string>>): Promise<string>;
}

export interface LogLine {
  readonly at: number;
  readonly text: string;
}

/** Who must not be refused anything. */
export interface Callers {
  readonly roles: readonly string[];
  /** The names of the roles' sessions: a function's name, an instance's id. */
  readonly sessions: readonly string[];
}

/** A call that AWS refused to one of them. */
export interface Denial {
  readonly caller: string;
  readonly action: string;
}

/** Something that is left in the account, and the command that deletes it. */
export interface LeftOver {
  readonly kind: string;
  readonly name: string;
  readonly command: string;
}

/** An account in a Region, of AWS or of the local AWS. */
export interface Engine extends Clients, Pick<Dependencies, 'loginAt' | 'sendAt'> {
  readonly name: string;
  readonly region: string;
  readonly urlSuffix: string;
  readonly clock: Clock;
  readonly stacks: Stacks;
  readonly servers: MailServers;
  /** The hours that AWS may take to show things are minutes here. */
  readonly isLocal: boolean;
  invoke(functionName: string, payload: unknown): Promise<unknown>;
  /** Everything that a log group has, oldest first. */
  linesOf(logGroup: string): Promise<LogLine[]>;
  /** Since a moment. CloudTrail shows a call up to 15 minutes later. */
  denials(callers: Callers, since: number): Promise<Denial[]>;
  /** Whether DNS knows the host. */
  resolves(host: string): Promise<boolean>;
  leftOvers(prefix: string): Promise<LeftOver[]>;
  close(): Promise<void>;
}
