import { Annotations, Arn, ArnFormat, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct, IConstruct } from 'constructs';

const HTTPS_PORT = 443;
/** @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions */
const ACTIONS_ON_ANYTHING = ['ec2:CreateNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'];
const ACTIONS_ON_INTERFACES = ['ec2:AssignPrivateIpAddresses', 'ec2:DeleteNetworkInterface', 'ec2:UnassignPrivateIpAddresses'];

/** Where the function's network interfaces must be. */
export interface FunctionNetwork {
  readonly vpc?: ec2.IVpc;
  readonly vpcSubnets?: ec2.SubnetSelection;
  readonly securityGroups?: ec2.ISecurityGroup[];
}

/** Throws on a network where the function cannot run, or cannot reach anything. */
export function validateNetwork({ securityGroups, vpc, vpcSubnets }: FunctionNetwork): void {
  const misplaced = Object.entries({ vpcSubnets, securityGroups }).find(([, value]) => value !== undefined);
  if (!vpc && misplaced) throw new Error(`${misplaced[0]} must be set together with vpc, got it alone; add vpc or leave it out`);
  if (securityGroups?.length === 0) throw new Error('securityGroups must name at least one security group, got none; leave it out for one of its own');
  const inPublic = vpc && chosenFrom(vpc.publicSubnets, vpc, vpcSubnets);
  if (inPublic?.length) {
    throw new Error(`vpcSubnets must be private subnets, because Lambda gives a function no public address, got the public ${pathsOf(inPublic)}; `
      + 'choose SubnetType.PRIVATE_WITH_EGRESS');
  }
}

/** Warns about subnets without a route to the internet, which the function needs for IAM in nearly every Region. */
export function warnAboutNetwork(scope: Construct, { vpc, vpcSubnets }: FunctionNetwork): void {
  const isolated = vpc && chosenFrom(vpc.isolatedSubnets, vpc, vpcSubnets);
  if (!isolated?.length) return;
  Annotations.of(scope).addWarningV2('cdk-ses-smtp-credential-rotation:isolatedSubnets',
    `the function cannot reach IAM from the isolated ${pathsOf(isolated)} without further routes, because IAM has VPC endpoints only in the Region of its `
    + 'control plane; choose SubnetType.PRIVATE_WITH_EGRESS');
}

/** The network of the function. Without security groups, it gets one that only allows traffic to AWS's APIs and the SMTP endpoint. */
export function defineNetwork(scope: Construct, network: FunctionNetwork, smtpPorts: number[]): FunctionNetwork {
  const { securityGroups, vpc, vpcSubnets } = network;
  return vpc ? { vpc, vpcSubnets, securityGroups: securityGroups ?? [defineSecurityGroup(scope, vpc, smtpPorts)] } : {};
}

function defineSecurityGroup(scope: Construct, vpc: ec2.IVpc, smtpPorts: number[]): ec2.SecurityGroup {
  const description = 'Lets an Amazon SES SMTP credential rotation out';
  const securityGroup = new ec2.SecurityGroup(scope, 'SecurityGroup', { vpc, description, allowAllOutbound: false });
  for (const port of new Set([HTTPS_PORT, ...smtpPorts])) {
    securityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(port), smtpPorts.includes(port) ? 'SMTP endpoint' : 'AWS APIs');
  }
  return securityGroup;
}

/** The parts of a security group that was defined here, without rules that are added later. */
export function ownParts(scope: Construct, { securityGroups = [] }: FunctionNetwork): IConstruct[] {
  return securityGroups.filter(({ node }) => node.scope === scope).flatMap(({ node }) => node.children);
}

/** What the function's role must allow so that Lambda can create network interfaces in a VPC. */
export function networkInterfaceStatements(scope: Construct): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({ sid: 'CreateNetworkInterfaces', actions: ACTIONS_ON_ANYTHING, resources: ['*'] }),
    new iam.PolicyStatement({
      sid: 'ManageNetworkInterfaces',
      actions: ACTIONS_ON_INTERFACES,
      // According to its documentation, Lambda needs all resource ids here.
      resources: [Arn.format({ service: 'ec2', resource: '*', resourceName: '*', arnFormat: ArnFormat.SLASH_RESOURCE_NAME }, Stack.of(scope))],
    }),
  ];
}

/** Only Lambda may use these permissions of the role: the key is set when the function's own code calls. */
export function denyNetworkInterfaces(rotationFunction: lambda.IFunction): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'DenyNetworkInterfacesToCode',
    effect: iam.Effect.DENY,
    actions: [...ACTIONS_ON_ANYTHING, ...ACTIONS_ON_INTERFACES].sort(),
    resources: ['*'],
    conditions: { ArnEquals: { 'lambda:SourceFunctionArn': rotationFunction.functionArn } },
  });
}

/** The subnets that are selected. None while a lookup of the VPC is pending. */
function chosenFrom(subnets: ec2.ISubnet[], vpc: ec2.IVpc, selection?: ec2.SubnetSelection): ec2.ISubnet[] {
  const { isPendingLookup, subnetIds } = vpc.selectSubnets(selection);
  return isPendingLookup ? [] : subnets.filter(({ subnetId }) => subnetIds.includes(subnetId));
}

function pathsOf(subnets: ec2.ISubnet[]): string {
  return `subnets ${subnets.map(({ node }) => node.path).join(', ')}`;
}
