/** A Systems Manager document, as far as Run Command needs it. */
export interface DocumentContent {
  readonly schemaVersion: string;
  readonly parameters?: Record<string, DocumentParameter>;
  readonly mainSteps: DocumentStep[];
}

export interface DocumentParameter {
  readonly type: string;
  readonly default?: string;
  readonly allowedPattern?: string;
  readonly allowedValues?: string[];
  readonly interpolationType?: 'ENV_VAR';
}

export interface DocumentStep {
  readonly action: 'aws:runShellScript' | 'aws:runPowerShellScript';
  readonly name: string;
  readonly precondition?: { readonly StringEquals: string[] };
  readonly inputs: { readonly runCommand: string[]; readonly timeoutSeconds?: string };
}

/** One command on its way to one node. */
export interface CommandExecution {
  readonly commandId: string;
  readonly documentName: string;
  readonly content: DocumentContent;
  readonly parameters: Record<string, string[]>;
}

/** What the agent reports for one step. */
export interface StepResult {
  readonly name: string;
  readonly status: 'Success' | 'Failed' | 'TimedOut';
  readonly responseCode: number;
  /** Standard output, then, after a `----------ERROR-------` line, standard error. */
  readonly output: string;
}

/** A machine with the SSM agent: an EC2 instance (`i-…`) or a hybrid node (`mi-…`). */
export interface ManagedNode {
  readonly instanceId: string;
  readonly platformType: 'Linux' | 'Windows';
  readonly tags: Record<string, string>;
  /** The resource groups that it is in. */
  readonly resourceGroups: string[];
  /** An offline node keeps its invocation InProgress until the delivery times out. */
  online: boolean;
  /** Milliseconds from SendCommand until ListCommandInvocations shows this node's invocation; Infinity: it counts the node, and never lists it. */
  appearsAfter: number;
  /** Milliseconds from SendCommand until the agent starts the document. */
  startsAfter: number;
  /** The invocation ends so without reaching the agent. */
  forcedStatusDetails?: 'Undeliverable' | 'InvalidPlatform' | 'Terminated' | 'AccessDenied';
  /** Runs the steps of the document as the agent does, a step at a time. */
  run(execution: CommandExecution): Promise<StepResult[]>;
}
