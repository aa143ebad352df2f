/** IAM policies, compiled for speed: exhaustive tests ask hundreds of thousands of times. */

import { BlockList, isIPv6 } from 'node:net';

export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: PolicyStatement | PolicyStatement[];
}

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: string | Record<string, string | string[]>;
  readonly Action?: string | string[];
  readonly NotAction?: string | string[];
  readonly Resource?: string | string[];
  readonly NotResource?: string | string[];
  readonly Condition?: Record<string, Record<string, ConditionValue | ConditionValue[]>>;
}

type ConditionValue = string | boolean | number;

/** The request's context keys. Names are compared without regard to case. */
export type Context = Record<string, string | string[]>;

export interface PolicyQuery {
  readonly action: string;
  readonly resource: string;
  readonly context: Context;
  /** Take every condition as met: could the principal do this to the resource in any circumstances? */
  readonly ignoreConditions?: boolean;
}

export interface CompiledStatement {
  readonly effect: 'Allow' | 'Deny';
  readonly principals?: string[];
  matches(query: PolicyQuery): boolean;
}

const compiled = new WeakMap<PolicyDocument, CompiledStatement[]>();

export function compile(document: PolicyDocument): CompiledStatement[] {
  const known = compiled.get(document);
  if (known) return known;
  const statements = list(document.Statement).map(compileStatement);
  compiled.set(document, statements);
  return statements;
}

export function list<T>(value: T | T[] | undefined): T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** Shell-like wildcards over the whole text, as in `Resource` and `StringLike`. */
export function glob(pattern: string, text: string): boolean {
  return globExpression(pattern).test(text);
}

/** Wildcards within each of an ARN's six parts, as in `ArnLike`. */
export function arnLike(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  const [patterns, parts] = [arnParts(pattern), arnParts(arn)];
  return patterns.length === parts.length && patterns.every((part, index) => glob(part, parts[index]));
}

function arnParts(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}

const expressions = new Map<string, RegExp>();

function globExpression(pattern: string, flags = 's'): RegExp {
  const key = `${flags}:${pattern}`;
  const known = expressions.get(key);
  if (known) return known;
  const source = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
  const expression = new RegExp(`^${source}$`, flags);
  expressions.set(key, expression);
  return expression;
}

function compileStatement(statement: PolicyStatement): CompiledStatement {
  const action = actionTest(statement);
  const resource = resourceTest(statement);
  const conditions = Object.entries(statement.Condition ?? {})
    .flatMap(([operator, keys]) => Object.entries(keys).map(([key, values]) => conditionTest(operator, key, list(values).map(String))));
  return {
    effect: statement.Effect,
    principals: statement.Principal === undefined ? undefined : principalList(statement.Principal),
    matches: query => action(query.action) && resource(query)
      && (query.ignoreConditions === true || conditions.every(condition => condition(query.context))),
  };
}

function principalList(principal: string | Record<string, string | string[]>): string[] {
  return typeof principal === 'string' ? [principal] : Object.values(principal).flatMap(list);
}

function actionTest(statement: PolicyStatement): (action: string) => boolean {
  const patterns = list(statement.Action ?? statement.NotAction).map(pattern => globExpression(pattern, 'is'));
  const wanted = statement.Action !== undefined;
  return action => patterns.some(pattern => pattern.test(action)) === wanted;
}

function resourceTest(statement: PolicyStatement): (query: PolicyQuery) => boolean {
  const patterns = list(statement.Resource ?? statement.NotResource);
  // A policy on a resource may leave out which resource.
  if (patterns.length === 0) return () => true;
  const wanted = statement.Resource !== undefined;
  return query => patterns.some(pattern => glob(withVariables(pattern, query.context), query.resource)) === wanted;
}

function withVariables(pattern: string, context: Context): string {
  if (!pattern.includes('${')) return pattern;
  return pattern.replace(/\$\{([^}]+)\}/g, (variable, key: string) => contextValues(context, key)?.[0] ?? variable);
}

function contextValues(context: Context, key: string): string[] | undefined {
  const exact = context[key];
  if (exact !== undefined) return list(exact);
  const found = Object.keys(context).find(name => name.toLowerCase() === key.toLowerCase());
  return found === undefined ? undefined : list(context[found]);
}

type Comparison = (expected: string, actual: string) => boolean;

const COMPARISONS: Record<string, Comparison> = {
  StringEquals: (expected, actual) => expected === actual,
  StringEqualsIgnoreCase: (expected, actual) => expected.toLowerCase() === actual.toLowerCase(),
  StringLike: glob,
  ArnEquals: arnLike,
  ArnLike: arnLike,
  IpAddress: isInRange,
  Bool: (expected, actual) => expected.toLowerCase() === actual.toLowerCase(),
  NumericEquals: (expected, actual) => Number(actual) === Number(expected),
  NumericLessThan: (expected, actual) => Number(actual) < Number(expected),
  NumericLessThanEquals: (expected, actual) => Number(actual) <= Number(expected),
  NumericGreaterThan: (expected, actual) => Number(actual) > Number(expected),
  NumericGreaterThanEquals: (expected, actual) => Number(actual) >= Number(expected),
};

/** Whether an address is in a CIDR range, or is that address. */
function isInRange(range: string, address: string): boolean {
  const [start, prefix] = range.split('/');
  const addresses = new BlockList();
  if (prefix === undefined) addresses.addAddress(start, familyOf(start));
  else addresses.addSubnet(start, Number(prefix), familyOf(start));
  return addresses.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}

function conditionTest(operator: string, key: string, expected: string[]): (context: Context) => boolean {
  const [, quantifier, name, ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  if (name === 'Null') return context => (contextValues(context, key) === undefined) === (expected[0] === 'true');
  const negated = /Not(?=Equals|Like)/.test(name);
  const compare = COMPARISONS[name.replace(/Not(?=Equals|Like)/, '')];
  if (!compare) throw new Error(`the world does not know the condition operator ${operator}`);
  const holds = (context: Context, actual: string) =>
    expected.some(value => compare(withVariables(value, context), actual)) !== negated;
  return context => {
    const actual = contextValues(context, key);
    // A negated operator is met by a key that is absent, every other one is not.
    if (actual === undefined) return ifExists !== undefined || quantifier === 'ForAllValues' || (negated && quantifier !== 'ForAnyValue');
    return quantifier === 'ForAnyValue'
      ? actual.some(value => holds(context, value))
      : actual.every(value => holds(context, value));
  };
}
