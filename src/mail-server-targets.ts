import { Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { BoundTargets, nodeArns, readGroup, sendTo } from './private/fleets/target-permissions';

/** Run Command takes no more values for a target, and no more node ids. */
const MAX_VALUES = 50;

/** Which managed nodes of Systems Manager are the mail servers: EC2 instances and hybrid nodes alike. */
export class MailServerTargets {
  /**
   * All managed nodes that carry a tag with one of the values, 1 to 50 of them.
   *
   * A tagged machine without a running SSM agent is no managed node, and Run Command does not
   * report it as missing: set `minimumTargets` of the fleet.
   */
  public static tag(key: string, ...values: string[]): MailServerTargets {
    if (key === '') throw new Error('tag key must not be empty');
    checkCount('tag values', values, `MailServerTargets.tag('${key}', ...)`);
    return new MailServerTargets(scope => ({
      targets: [{ key: `tag:${key}`, values }],
      statements: [sendTo(nodeArns(scope, '*'), { StringEquals: { [`ssm:resourceTag/${key}`]: values } })],
    }));
  }

  /**
   * All managed nodes in a resource group.
   *
   * IAM cannot tell the members of a group, so the function may send its own document, and no other,
   * to any managed node of the account and region.
   */
  public static resourceGroup(name: string): MailServerTargets {
    if (!Token.isUnresolved(name) && !/^[\w.-]{1,128}$/.test(name)) {
      throw new Error(`resource group name must be 1 to 128 letters, digits, "_", "-" and ".", got "${name}"`);
    }
    return new MailServerTargets(scope => ({
      targets: [{ key: 'resource-groups:Name', values: [name] }],
      statements: [sendTo(nodeArns(scope, '*')), ...readGroup(scope, name)],
    }));
  }

  /** Nodes by their ids, 1 to 50 of them: EC2 instances (`i-…`) and hybrid nodes (`mi-…`). By default, all must confirm. */
  public static managedNodes(...ids: string[]): MailServerTargets {
    if (Token.isUnresolved(ids)) {
      throw new Error('node ids must be given one by one, got a list that only the deployment knows; use tags for that');
    }
    checkCount('node ids', ids, 'MailServerTargets.managedNodes(...)');
    const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
    if (repeated !== undefined) throw new Error(`node ids must differ, got '${repeated}' more than once`);
    const unusable = ids.find(id => !Token.isUnresolved(id) && !/^m?i-[0-9a-f]{8,17}$/.test(id));
    if (unusable !== undefined) throw new Error(`node id must be an EC2 instance id (i-…) or a hybrid node id (mi-…), got "${unusable}"`);
    return new MailServerTargets(scope => ({
      instanceIds: ids,
      statements: [sendTo(ids.flatMap(id => nodeArns(scope, id)))],
    }), ids.length);
  }

  private constructor(
    private readonly bindTo: (scope: Construct) => BoundTargets,
    /**
     * How many nodes there are, if that is known.
     *
     * @internal
     */
    public readonly _count?: number,
  ) {}

  /** @internal */
  public _bind(scope: Construct): BoundTargets {
    return this.bindTo(scope);
  }
}

function checkCount(what: string, values: string[], where: string): void {
  if (values.length < 1 || values.length > MAX_VALUES) {
    throw new Error(`${what} must be 1 to ${MAX_VALUES}, got ${values.length} in ${where}; ${values.length === 0 ? 'name at least one' : 'use several fleets for more'}`);
  }
  if (values.includes('')) throw new Error(`${what} must not be empty strings in ${where}`);
}
