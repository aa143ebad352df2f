import { Tags } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

export type InstanceOptions = Pick<ec2.InstanceProps, 'instanceType' | 'machineImage' | 'userData' | 'blockDevices'>;

/** One public subnet whose instances nobody can reach: they have a way out, no NAT gateway and no open port. Systems Manager's agent calls from inside. */
export class TestNetwork extends Construct {
  private readonly vpc: ec2.Vpc;
  private readonly securityGroup: ec2.SecurityGroup;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.vpc = new ec2.Vpc(this, 'Vpc', {
      maxAzs: 1, natGateways: 0, subnetConfiguration: [{ name: 'Public', subnetType: ec2.SubnetType.PUBLIC }],
    });
    this.securityGroup = new ec2.SecurityGroup(this, 'NoInbound', { vpc: this.vpc });
  }

  public instance(id: string, options: InstanceOptions): ec2.Instance {
    const role = new iam.Role(this, `${id}Role`, {
      assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('AmazonSSMManagedInstanceCore')],
    });
    const { securityGroup, vpc } = this;
    return new ec2.Instance(this, id, { ...options, vpc, securityGroup, role, associatePublicIpAddress: true, requireImdsv2: true });
  }
}

export function tagged(server: ec2.Instance, key: string, value: string): void {
  Tags.of(server).add(key, value);
}
