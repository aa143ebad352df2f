import { Tags } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** By this tag, an organization's policies know the parts of a rotation. */
const MARK = { key: 'ses-smtp-credential-rotation', value: 'true' };

/** Tags those of the parts that are defined here. */
export function markForPolicies(scope: IConstruct, parts: IConstruct[]): void {
  for (const part of parts.filter(({ node }) => node.scope === scope)) Tags.of(part).add(MARK.key, MARK.value);
}
