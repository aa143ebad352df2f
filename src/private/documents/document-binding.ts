import { ArnFormat, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DocumentConfig, EndpointConfig, FormatConfig } from '../rotation-contract';

/** What a document needs to know about its rotation. */
export interface DocumentContext {
  readonly endpoint: EndpointConfig;
  /** All Regions that the credential has a password for. */
  readonly regions: string[];
  readonly format: FormatConfig;
}

/** A document, bound to its rotation. */
export interface BoundDocument {
  readonly config: DocumentConfig;
  /** The document's ARN for policies. */
  readonly arn: string;
  /** What the document does. Two documents that do the same have the same content. */
  readonly content: unknown;
}

/** Defines the resources of a document, for one fleet. */
export type BindDocument = (scope: Construct, context: DocumentContext) => BoundDocument;

export function documentArn(scope: Construct, name: string): string {
  if (!Token.isUnresolved(name) && name.startsWith('arn:')) return name;
  const ownedByAws = !Token.isUnresolved(name) && /^(AWS|Amazon)/.test(name);
  return Stack.of(scope).formatArn({
    service: 'ssm', resource: 'document', resourceName: name, account: ownedByAws ? '' : undefined, arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
}
