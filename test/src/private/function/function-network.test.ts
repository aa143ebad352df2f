import { App, CfnParameter, Stack, StackProps } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as ses from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { SesSmtpCredentialRotation, SesSmtpCredentialRotationProps, SmtpEndpoint } from '../../../../src';
import { Scenario } from '../../../lambda-src/scenario';
import { Context } from '../../../world';
import { defineRotation, onlyResource, textOf } from '../../define-rotation';

const FUNCTION = 'AWS::Lambda::Function';
const SECURITY_GROUP = 'AWS::EC2::SecurityGroup';

/** A VPC with subnets of these types. */
function network(scope: Construct, ...types: ec2.SubnetType[]): ec2.Vpc {
  return new ec2.Vpc(scope, 'Vpc', { maxAzs: 2, subnetConfiguration: types.map(subnetType => ({ name: subnetType, subnetType })) });
}

function withNat(scope: Construct): ec2.Vpc {
  return network(scope, ec2.SubnetType.PUBLIC, ec2.SubnetType.PRIVATE_WITH_EGRESS);
}

function defineInVpc(furtherProps: (stack: Stack) => Partial<SesSmtpCredentialRotationProps> = () => ({}), stackProps?: StackProps) {
  return defineRotation(stack => ({ vpc: withNat(stack), ...furtherProps(stack) }), stackProps);
}

function expectRefusal(props: (stack: Stack) => Partial<SesSmtpCredentialRotationProps>, message: string, stackProps?: StackProps): void {
  expect(() => defineRotation(props, stackProps)).toThrow(message);
}

describe('a function in a VPC', () => {
  it('is in the private subnets, in a security group of its own', () => {
    const { stack } = defineInVpc();
    const [group] = Object.keys(Template.fromStack(stack).findResources(SECURITY_GROUP));
    expect(group).toMatch(/^NewsletterSecurityGroup/);
    expect(onlyResource(stack, FUNCTION).VpcConfig).toEqual({
      SubnetIds: [{ Ref: expect.stringMatching(/^VpcPrivateSubnet1/) }, { Ref: expect.stringMatching(/^VpcPrivateSubnet2/) }],
      SecurityGroupIds: [{ 'Fn::GetAtt': [group, 'GroupId'] }],
    });
  });

  it.each([[587, SmtpEndpoint.regional()], [2465, SmtpEndpoint.regional({ port: 2465 })]])('is let out to HTTPS and port %i only', (port, endpoint) => {
    const { stack } = defineInVpc(() => ({ endpoint }));
    expect(onlyResource(stack, SECURITY_GROUP)).toMatchObject({
      SecurityGroupEgress: [
        { CidrIp: '0.0.0.0/0', IpProtocol: 'tcp', FromPort: 443, ToPort: 443, Description: 'AWS APIs' },
        { CidrIp: '0.0.0.0/0', IpProtocol: 'tcp', FromPort: port, ToPort: port, Description: 'SMTP endpoint' },
      ],
    });
    expect(onlyResource(stack, SECURITY_GROUP)).not.toHaveProperty('SecurityGroupIngress');
    Template.fromStack(stack).resourceCountIs('AWS::EC2::SecurityGroupEgress', 0);
  });

  it('is let out to one port when the endpoint listens on that of HTTPS', () => {
    const { stack } = defineInVpc(() => ({ endpoint: SmtpEndpoint.custom({ host: 'relay', port: 443, implicitTls: true }) }));
    expect(onlyResource(stack, SECURITY_GROUP).SecurityGroupEgress).toMatchObject([{ FromPort: 443, ToPort: 443 }]);
  });

  it('is let out to a port that only the deployment knows', () => {
    const { stack } = defineInVpc(scope => ({
      endpoint: SmtpEndpoint.custom({ host: 'relay', port: new CfnParameter(scope, 'Port', { type: 'Number' }).valueAsNumber }),
    }));
    const template = Template.fromStack(stack);
    expect(onlyResource(stack, SECURITY_GROUP).SecurityGroupEgress).toMatchObject([{ FromPort: 443 }]);
    expect(onlyResource(stack, 'AWS::EC2::SecurityGroupEgress')).toMatchObject({ FromPort: { Ref: 'Port' }, ToPort: { Ref: 'Port' } });
    const [rule] = Object.keys(template.findResources('AWS::EC2::SecurityGroupEgress'));
    template.hasResource('AWS::SecretsManager::RotationSchedule', { DependsOn: Match.arrayWith([rule]) });
  });

  it('may be in subnets and security groups of your choice', () => {
    const { stack } = defineRotation(scope => ({
      vpc: network(scope, ec2.SubnetType.PUBLIC, ec2.SubnetType.PRIVATE_WITH_EGRESS, ec2.SubnetType.PRIVATE_ISOLATED),
      vpcSubnets: { availabilityZones: ['dummy1a'], subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      securityGroups: ['sg-11111111', 'sg-22222222'].map(id => ec2.SecurityGroup.fromSecurityGroupId(scope, id, id)),
    }), { env: { region: 'dummy', account: '111111111111' } });
    Template.fromStack(stack).resourceCountIs(SECURITY_GROUP, 0);
    expect(onlyResource(stack, FUNCTION).VpcConfig).toMatchObject({ SubnetIds: [expect.anything()], SecurityGroupIds: ['sg-11111111', 'sg-22222222'] });
  });

  it('may have network interfaces made by Lambda, from before it exists until it is gone, and cannot make any itself', () => {
    const { stack } = defineInVpc();
    expect(onlyResource(stack, 'AWS::IAM::Role', 'Newsletter').Policies).toEqual([{
      PolicyName: 'NetworkInterfaces',
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'CreateNetworkInterfaces',
            Effect: 'Allow',
            Action: ['ec2:CreateNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'],
            Resource: '*',
          },
          {
            Sid: 'ManageNetworkInterfaces',
            Effect: 'Allow',
            Action: ['ec2:AssignPrivateIpAddresses', 'ec2:DeleteNetworkInterface', 'ec2:UnassignPrivateIpAddresses'],
            Resource: expect.toSatisfy(resource => textOf(resource) === 'arn:<AWS::Partition>:ec2:<AWS::Region>:<AWS::AccountId>:*/*'),
          },
        ],
      },
    }]);
    const [rotationFunction] = Object.keys(Template.fromStack(stack).findResources(FUNCTION));
    expect(onlyResource(stack, 'AWS::IAM::Policy', 'NewsletterPolicy').PolicyDocument.Statement.at(-1)).toEqual({
      Sid: 'DenyNetworkInterfacesToCode',
      Effect: 'Deny',
      Action: [
        'ec2:AssignPrivateIpAddresses', 'ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface',
        'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets', 'ec2:UnassignPrivateIpAddresses',
      ],
      Resource: '*',
      Condition: { ArnEquals: { 'lambda:SourceFunctionArn': { 'Fn::GetAtt': [rotationFunction, 'Arn'] } } },
    });
  });

  it('rotates by what its role allows', async () => {
    const scenario = new Scenario({ props: stack => ({ vpc: withNat(stack) }) });
    await scenario.rotateWell();
    const { fn, world } = scenario;
    const principal = world.iam.authenticate(world.credentialsFor(fn.roleArn).accessKeyId)!;
    const mayCreate = (context: Context) => world.permissions.isAllowed({ principal, action: 'ec2:CreateNetworkInterface', resource: '*', context });
    expect(mayCreate({})).toBe(true);
    expect(mayCreate({ 'lambda:SourceFunctionArn': fn.arn })).toBe(false);
  });

  it('has its first rotation after the routes and the VPC endpoints, which may let it in', () => {
    const { stack, rotation } = defineInVpc(scope => {
      const vpc = withNat(new Construct(scope, 'Network'));
      vpc.addInterfaceEndpoint('Smtp', { service: new ec2.InterfaceVpcEndpointService('com.amazonaws.eu-west-1.email-smtp', 587), open: false });
      return { vpc };
    });
    const vpc = stack.node.findChild('Network').node.findChild('Vpc') as ec2.Vpc;
    const endpoint = vpc.node.findChild('Smtp') as ec2.InterfaceVpcEndpoint;
    endpoint.connections.allowFrom(rotation, ec2.Port.tcp(587));
    const [schedule] = Object.values(Template.fromStack(stack).findResources('AWS::SecretsManager::RotationSchedule'));
    expect(schedule.DependsOn).toEqual(expect.arrayContaining([
      expect.stringMatching(/^NetworkVpcPrivateSubnet1DefaultRoute/), expect.stringMatching(/^NetworkVpcSmtp[0-9A-F]{8}$/),
      expect.stringMatching(/^NetworkVpcSmtpSecurityGroupfrom/),
    ]));
  });

  it('may be in a VPC of another stack, with a key of a third, a reader and a relay in a fourth', () => {
    const app = new App();
    const [keys, vpcs, mail, readers] = ['Keys', 'Network', 'Mail', 'Readers'].map(id => new Stack(app, id));
    const vpc = withNat(vpcs);
    const rotation = new SesSmtpCredentialRotation(mail, 'Newsletter', {
      identities: [ses.EmailIdentity.fromEmailIdentityName(mail, 'Domain', 'example.com')], vpc, encryptionKey: new kms.Key(keys, 'Key'),
    });
    const application = new lambda.Function(readers, 'Application', {
      vpc, code: lambda.Code.fromInline('x'), handler: 'index.handler', runtime: lambda.Runtime.NODEJS_LATEST,
    });
    rotation.grantRead(application);
    application.node.addDependency(rotation);
    new ec2.SecurityGroup(readers, 'Relay', { vpc }).connections.allowFrom(rotation, ec2.Port.tcp(2525));
    app.synth();
    expect(keys.dependencies).toEqual([]);
    expect(vpcs.dependencies).toEqual([]);
    expect(new Set(mail.dependencies)).toEqual(new Set([keys, vpcs]));
    expect(new Set(readers.dependencies)).toEqual(new Set([keys, vpcs, mail]));
    for (const stack of [keys, vpcs, mail, readers]) expect(() => Template.fromStack(stack)).not.toThrow();
  });

  it('may be in a VPC that is still looked up', () => {
    const { stack } = defineRotation(scope => ({ vpc: ec2.Vpc.fromLookup(scope, 'Vpc', { isDefault: true }) }), {
      env: { account: '111111111111', region: 'eu-west-1' },
    });
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
    expect(onlyResource(stack, FUNCTION).VpcConfig.SubnetIds).toHaveLength(2);
  });
});

describe('connections', () => {
  it('let the function in where a security group says so', () => {
    const { stack, rotation } = defineInVpc();
    rotation.connections.allowTo(ec2.Peer.ipv4('10.0.0.0/8'), ec2.Port.tcp(2525));
    expect(onlyResource(stack, SECURITY_GROUP).SecurityGroupEgress).toContainEqual(expect.objectContaining({ CidrIp: '10.0.0.0/8', FromPort: 2525 }));
  });

  it('fail outside of a VPC, and only when they are asked for', () => {
    const { rotation } = defineRotation();
    expect(() => rotation.connections)
      .toThrow('connections must belong to a function in a VPC, got Stack/Newsletter without vpc; add vpc');
  });
});

describe('a function outside of a VPC', () => {
  it('has neither a security group nor the right to network interfaces', () => {
    const { stack } = defineRotation();
    const template = Template.fromStack(stack);
    template.resourceCountIs(SECURITY_GROUP, 0);
    template.hasResourceProperties(FUNCTION, { VpcConfig: Match.absent() });
    expect(JSON.stringify(template.toJSON())).not.toContain('ec2:');
  });
});

describe('a network', () => {
  it.each(['vpcSubnets', 'securityGroups'])('fails when %s is given without vpc', prop => {
    const props = { vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }, securityGroups: [] };
    expectRefusal(() => ({ [prop]: props[prop as keyof typeof props] }), `${prop} must be set together with vpc, got it alone; add vpc or leave it out`);
  });

  it('fails without any of the security groups', () => {
    expectRefusal(scope => ({ vpc: withNat(scope), securityGroups: [] }), 'securityGroups must name at least one security group, got none; leave it out');
  });

  it('fails on public subnets, chosen or the only ones', () => {
    const message = 'vpcSubnets must be private subnets, because Lambda gives a function no public address, got the public subnets '
      + 'Stack/Vpc/PublicSubnet1, Stack/Vpc/PublicSubnet2; choose SubnetType.PRIVATE_WITH_EGRESS';
    expectRefusal(scope => ({ vpc: withNat(scope), vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC } }), message);
    expectRefusal(scope => ({ vpc: network(scope, ec2.SubnetType.PUBLIC) }), message);
  });

  it('fails in another region than the stack', () => {
    const vpcs = new Stack(new App(), 'Network', { env: { region: 'us-east-1', account: '111111111111' } });
    expectRefusal(() => ({ vpc: withNat(vpcs) }), "vpc must be in the stack's Region, eu-west-1, got us-east-1; define the rotation in a stack there",
      { env: { region: 'eu-west-1', account: '111111111111' } });
  });

  it('warns about isolated subnets, because IAM has no VPC endpoint in most regions', () => {
    const { stack } = defineRotation(scope => ({ vpc: network(scope, ec2.SubnetType.PRIVATE_ISOLATED) }));
    Annotations.fromStack(stack).hasWarning('/Stack/Newsletter',
      'the function cannot reach IAM from the isolated subnets Stack/Vpc/IsolatedSubnet1, Stack/Vpc/IsolatedSubnet2 without further routes, '
      + 'because IAM has VPC endpoints only in the Region of its control plane; choose SubnetType.PRIVATE_WITH_EGRESS '
      + '[ack: cdk-ses-smtp-credential-rotation:isolatedSubnets]');
  });

  it('warns of nothing with private subnets', () => {
    Annotations.fromStack(defineInVpc().stack).hasNoWarning('*', Match.anyValue());
  });
});
