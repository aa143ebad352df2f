import { ArnFormat, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DocumentConfig, EndpointConfig, FormatConfig } from '../rotation-contract';

/** What a document needs to know of its rotation. */
export interface DocumentContext {
  readonly endpoint: EndpointConfig;
  /** All that the credential has a password for. */
  readonly regions: string[];
  readonly format: FormatConfig;
}

/** What a document comes down to. */
export interface BoundDocument {
  readonly config: DocumentConfig;
  /** The document in a policy. */
  readonly arn: string;
  /** What it does: the same for two documents that do the same. */
  readonly content: unknown;
}

/** Defines what a document consists of, for one fleet. */
export type BindDocument = (scope: Construct, context: DocumentContext) => BoundDocument;

export function documentArn(scope: Construct, name: string): string {
  if (!Token.isUnresolved(name) && name.startsWith('arn:')) return name;
  const ownedByAws = !Token.isUnresolved(name) && /^(AWS|Amazon)/.test(name);
  return Stack.of(scope).formatArn({
    service: 'ssm', resource: 'document', resourceName: name, account: ownedByAws ? '' : undefined, arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
}
