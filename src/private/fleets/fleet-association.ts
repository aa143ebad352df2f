import { Aws } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { FleetConfig, TargetConfig } from '../rotation-contract';

/**
 * The shortest interval of State Manager. A server whose first run came before its mail server was installed waits no longer.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/reference-cron-and-rate-expressions.html
 */
const INTERVAL = 'rate(30 minutes)';

/** Runs a fleet's document, without a version id, on every node that joins the targets. */
export function defineAssociation(scope: Construct, fleet: FleetConfig, secret: secretsmanager.ISecret): ssm.CfnAssociation {
  const { document, maxConcurrency, maxErrors } = fleet;
  return new ssm.CfnAssociation(scope, 'NewServers', {
    name: document.name,
    documentVersion: document.version,
    parameters: associationParameters(fleet, secret),
    targets: targetsOf(fleet).map(({ key, values }) => ({ key, values })),
    scheduleExpression: INTERVAL,
    maxConcurrency,
    maxErrors,
  });
}

function associationParameters(fleet: FleetConfig, { secretArn }: secretsmanager.ISecret): Record<string, string[]> {
  const { constants, parameters } = fleet.document;
  const values = { ...constants, [parameters.secretArn!]: secretArn, ...parameters.region && { [parameters.region]: Aws.REGION } };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]]));
}

function targetsOf({ instanceIds, targets = [] }: FleetConfig): TargetConfig[] {
  return instanceIds ? [{ key: 'InstanceIds', values: instanceIds }] : targets;
}
