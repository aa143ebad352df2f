import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { WATCHDOG_EVENT } from '../rotation-contract';

/** Calls the function once an hour, between two rotations. */
export function defineWatchdog(scope: Construct, rotationFunction: lambda.IFunction): events.Rule {
  return new events.Rule(scope, 'Watchdog', {
    description: 'Looks after an Amazon SES SMTP credential',
    schedule: events.Schedule.rate(Duration.hours(1)),
    targets: [new targets.LambdaFunction(rotationFunction, { event: events.RuleTargetInput.fromObject(WATCHDOG_EVENT) })],
  });
}
