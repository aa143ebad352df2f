import { Token } from 'aws-cdk-lib';
import { nearest } from './nearest';
import { quoted } from './notation';

/** What a value may be, in the words of an error. */
export interface Kind {
  /** Such as 'a Duration'. */
  readonly allowed: string;
  /** What to do about another value. */
  readonly todo: string;
  readonly accepts: (value: unknown) => boolean;
  /** Throws on something wrong in a value of this kind. */
  readonly checkInside?: (path: string, value: never) => void;
  readonly isOptional?: boolean;
}

type RequiredKind = Kind & { readonly isOptional?: false };
type OptionalKind = Kind & { readonly isOptional: true };

/** What each prop of a struct may be. The compiler refuses a shape that lacks a prop, has one too many, or has a wrong one as optional. */
export type Shape<T> = { readonly [Prop in keyof T]-?: {} extends Pick<T, Prop> ? OptionalKind : RequiredKind };

export const STRING = kindOf('string', 'a string', 'convert it to a string, and check that its source is set');
export const NUMBER = kindOf('number', 'a number', 'convert it to a number');
export const BOOLEAN = kindOf('boolean', 'true or false', 'convert it to a boolean');
/** A struct of CDK, which checks it itself. */
export const OBJECT: RequiredKind = { allowed: 'an object with props', todo: 'give them by their names', accepts: isPlainObject };
export const DURATION = like('a Duration', 'toSeconds', 'use a method of Duration, such as Duration.hours');
export const SECRET = like('a secret', 'secretArn', 'use Secret.fromSecretCompleteArn or another method of Secret');

/** Throws on a value of another kind. In JavaScript, and in jsii's other languages here and there, nobody else looks at it. */
export function checkValue(path: string, value: unknown, { accepts, allowed, checkInside, todo }: Kind): void {
  if (!accepts(value)) throw new Error(`${path} must be ${allowed}, got ${describe(value)}; ${todo}`);
  checkInside?.(path, value as never);
}

/** Throws on props of another kind, on missing ones, and on unknown ones, which would be ignored. */
export function checkProps<T>(owner: string, props: T, shape: Shape<T>): void {
  checkValue(`props of ${owner}`, props, structOf(owner, shape, () => ''));
}

/** A struct among the props. */
export function struct<T>(owner: string, shape: Shape<T>): RequiredKind {
  return structOf(owner, shape, path => `${path}.`);
}

export function optional(kind: Kind): OptionalKind {
  return { ...kind, isOptional: true };
}

/** A list, even one that is known only at deployment. */
export function listOf(items: Kind): RequiredKind {
  const checkItems = (path: string, values: unknown[]) => {
    checkUnmixed(path, values);
    values.forEach((value, index) => checkValue(`${path}[${index}]`, value, items));
  };
  return { allowed: 'a list', todo: `give a list in which each item is ${items.allowed}`, accepts: Array.isArray, checkInside: checkItems };
}

/** Throws on values beside a list that is known only at deployment, which CDK would join into a text. */
export function checkUnmixed(path: string, values: unknown[]): void {
  if (values.length < 2 || !values.some(isUnknownList)) return;
  throw new Error(`${path} must be a list of values or one that only the deployment knows, got both in one; give one of them`);
}

/** Whether an item stands for a whole list. */
export function isUnknownList(item: unknown): boolean {
  return Token.isUnresolved([item]);
}

/** Values by names of the user's choice. */
export function mapOf(items: Kind): RequiredKind {
  const checkItems = (path: string, values: object) => Object.entries(values).forEach(([name, value]) => checkValue(`${path}.${name}`, value, items));
  return { allowed: 'a map', todo: `give a map in which each value is ${items.allowed}`, accepts: isPlainObject, checkInside: checkItems };
}

/** An object that has a certain member. Two copies of a package have two classes of one name, so the class does not matter. */
export function like(allowed: string, member: string, todo: string): RequiredKind {
  return { allowed, todo, accepts: value => typeof value === 'object' && value !== null && member in value };
}

/** An object of a class of this library, whose methods make such objects. */
export function instanceOf(type: Function, method: string): RequiredKind {
  return { allowed: `a ${type.name}`, todo: `use a method of ${type.name}, such as ${type.name}.${method}`, accepts: value => value instanceof type };
}

export function memberOf(name: string, values: Record<string, string>): RequiredKind {
  return { allowed: `a value of ${name}`, todo: `use one of ${Object.keys(values).join(', ')}`, accepts: value => Object.values(values).includes(value as string) };
}

function structOf<T>(owner: string, shape: Shape<T>, prefixOf: (path: string) => string): RequiredKind {
  const check = (path: string, props: Record<string, unknown>) => checkMembers(owner, props, shape, prefixOf(path));
  return { allowed: 'an object with props', todo: `give those of ${owner} by their names`, accepts: isPlainObject, checkInside: check };
}

function kindOf(type: string, allowed: string, todo: string): RequiredKind {
  return { allowed, todo, accepts: value => typeof value === type };
}

function checkMembers<T>(owner: string, props: Record<string, unknown>, shape: Shape<T>, prefix: string): void {
  const known = Object.keys(shape);
  const unknown = Object.keys(props).find(name => props[name] !== undefined && !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(`${prefix}${unknown} must be a prop of ${owner}, got ${describe(props[unknown])} for an unknown one; ${correct(unknown, known)}`);
  }
  for (const [name, kind] of Object.entries<Kind>(shape)) {
    if (props[name] !== undefined || !kind.isOptional) checkValue(`${prefix}${name}`, props[name], kind);
  }
}

function correct(unknown: string, known: string[]): string {
  const meant = nearest(unknown, known);
  return meant === undefined ? `leave it out, or use one of ${known.join(', ')}` : `write ${meant}`;
}

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'function') return 'a function';
  return isPlainObject(value) ? `an object of the class ${(value as object).constructor.name}` : String(value);
}
