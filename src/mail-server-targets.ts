import { Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { checkMade } from './private/factories';
import { BoundTargets, nodeArns, readGroup, sendTo } from './private/fleets/target-permissions';
import { hasNotation, quoted } from './private/notation';
import { checkUnmixed, checkValue, isUnknownList, listOf, mapOf, STRING } from './private/shapes';

/** The most that Run Command accepts: values of a target, or node ids. */
const MAX_VALUES = 50;
/** The most tag keys that Run Command accepts in one command. */
const MAX_TAGS = 5;

/**
 * The managed nodes of Systems Manager that are the mail servers.
 *
 * They can be EC2 instances and hybrid nodes.
 */
export class MailServerTargets {
  /**
   * All managed nodes that have a tag with one of the values, 1 to 50 of them.
   *
   * A tagged machine without a running SSM Agent isn't a managed node, and Run Command doesn't report it as missing. Set
   * `minimumTargets` of the fleet.
   */
  public static tag(key: string, ...values: string[]): MailServerTargets {
    checkTag(key, values, `MailServerTargets.tag('${key}', ...)`);
    return new MailServerTargets(taggedNodes({ [key]: values }));
  }

  /**
   * All managed nodes that have every one of the tags, 1 to 5 of them.
   *
   * Each tag has a key and 1 to 50 values. A node has the tag if it has one of the values. So with
   * `Role` `mail` and `Env` `prod`, staging servers with the same role get no credential. The function may send its
   * document to no other node.
   *
   * Set `minimumTargets` of the fleet, as for `tag`. With more than one tag, `applyToNewServers` is rejected: AWS doesn't
   * document that an association needs all of them.
   *
   * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/send-commands-multiple.html
   */
  public static tags(tags: { [key: string]: string[] }): MailServerTargets {
    checkValue('tags', tags, mapOf(listOf(STRING)));
    const keys = Object.keys(tags);
    if (keys.length < 1 || keys.length > MAX_TAGS) {
      throw new Error(`tags must be 1 to ${MAX_TAGS}, which is what Run Command accepts, got ${keys.length} in MailServerTargets.tags(...); ${keys.length === 0 ? 'name at least one' : 'leave some out'}`);
    }
    for (const key of keys) checkTag(key, tags[key], `MailServerTargets.tags(...) for '${key}'`);
    return new MailServerTargets(taggedNodes(tags), undefined, keys.length);
  }

  /**
   * All managed nodes in a resource group.
   *
   * The name has 1 to 128 letters, digits, `_`, `-` and `.`. IAM can't see who belongs to a group, so the function may
   * send its own document, and no other, to any managed node in the account and Region.
   */
  public static resourceGroup(name: string): MailServerTargets {
    checkValue('resource group name', name, STRING);
    if (!Token.isUnresolved(name) && !/^[\w.-]{1,128}$/.test(name)) {
      throw new Error(`resource group name must be 1 to 128 letters, digits, "_", "-" and ".", got ${quoted(name)}; use the name, not the ARN`);
    }
    return new MailServerTargets(scope => ({
      targets: [{ key: 'resource-groups:Name', values: [name] }],
      statements: [sendTo(nodeArns(scope, '*')), ...readGroup(scope, name)],
    }));
  }

  /**
   * Managed nodes by their ids, 1 to 50 of them.
   *
   * The ids are those of EC2 instances (`i-…`) and hybrid nodes (`mi-…`). By default, all of them must confirm.
   */
  public static managedNodes(...ids: string[]): MailServerTargets {
    if (ids.some(isUnknownList)) {
      throw new Error('node ids must be known at synthesis, got a list that only the deployment knows; name them one by one, or use tags');
    }
    checkCount('node ids', ids, 'MailServerTargets.managedNodes(...)');
    const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
    if (repeated !== undefined) throw new Error(`node ids must differ, got ${quoted(repeated)} more than once; name it once`);
    const unusable = ids.find(id => !Token.isUnresolved(id) && !/^m?i-[0-9a-f]{8,17}$/.test(id));
    if (unusable !== undefined) throw new Error(`node id must be an EC2 instance id (i-…) or a hybrid node id (mi-…), got ${quoted(unusable)}; give the id that Systems Manager lists`);
    return new MailServerTargets(scope => ({
      instanceIds: ids,
      statements: [sendTo(ids.flatMap(id => nodeArns(scope, id)))],
    }), ids.length);
  }

  private constructor(
    private readonly bindTo: (scope: Construct) => BoundTargets,
    /**
     * The number of nodes, if it is known.
     *
     * @internal
     */
    public readonly _count?: number,
    /**
     * How many tags a node must have.
     *
     * @internal
     */
    public readonly _tags = 1,
  ) {
    checkMade('MailServerTargets', bindTo);
  }

  /** @internal */
  public _bind(scope: Construct): BoundTargets {
    return this.bindTo(scope);
  }
}

function checkTag(key: string, values: string[], where: string): void {
  checkValue('tag key', key, STRING);
  if (key === '') throw new Error("tag key must not be empty, got ''; name the tag");
  checkCount('tag values', values, where);
  checkLine('tag key', key);
  for (const value of values) checkLine('tag values', value);
}

/** What a file or a form adds at the end of a text is part of no tag. */
function checkLine(what: string, text: string): void {
  if (!hasNotation(text, /^\P{Cc}*$/u)) throw new Error(`${what} must be one line without control characters, got ${quoted(text)}; remove them`);
}

/** In a policy, the key is part of a condition's name, which CloudFormation takes as it is. */
function checkKnownKey(scope: Construct, key: string): void {
  if (typeof Stack.of(scope).resolve(key) === 'string') return;
  throw new Error(`tag key must be known at synthesis, got ${key}, which only the deployment knows; write the key, and leave only its values to the deployment`);
}

/** Both Run Command and IAM want all keys, and one value of each. */
function taggedNodes(tags: { [key: string]: string[] }): (scope: Construct) => BoundTargets {
  const entries = Object.entries(tags);
  const conditions = Object.fromEntries(entries.map(([key, values]) => [`ssm:resourceTag/${key}`, values]));
  return scope => {
    for (const [key] of entries) checkKnownKey(scope, key);
    return {
      targets: entries.map(([key, values]) => ({ key: `tag:${key}`, values })),
      statements: [sendTo(nodeArns(scope, '*'), { StringEquals: conditions })],
    };
  };
}

function checkCount(what: string, values: string[], where: string): void {
  if (values.length < 1 || values.length > MAX_VALUES) {
    throw new Error(`${what} must be 1 to ${MAX_VALUES}, got ${values.length} in ${where}; ${values.length === 0 ? 'name at least one' : 'use several fleets for more'}`);
  }
  checkUnmixed(`${what} in ${where}`, values);
  values.forEach((value, index) => checkValue(`${what}[${index}] in ${where}`, value, STRING));
  if (values.includes('')) throw new Error(`${what} must not be empty strings, got '' in ${where}; leave it out, or check that its source is set`);
}
