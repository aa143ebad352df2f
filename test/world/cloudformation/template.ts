/** The language of CloudFormation templates: references, functions and conditions. */

export interface Template {
  readonly Parameters?: Record<string, { readonly Default?: unknown }>;
  readonly Mappings?: Record<string, Record<string, Record<string, unknown>>>;
  readonly Conditions?: Record<string, unknown>;
  readonly Resources?: Record<string, TemplateResource>;
  readonly Outputs?: Record<string, { readonly Value: unknown; readonly Condition?: string }>;
}

export interface TemplateResource {
  readonly Type: string;
  readonly Condition?: string;
  readonly DependsOn?: string | string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Properties?: Record<string, unknown>;
}

/** Where names in a template lead to. */
export interface Scope {
  /** Pseudo parameters and the template's own. */
  readonly parameters: Record<string, unknown>;
  ref(logicalId: string): string;
  attribute(logicalId: string, name: string): string;
}

type Intrinsic = (argument: unknown) => unknown;

const NO_VALUE = Symbol('AWS::NoValue');

export class TemplateResolver {
  private readonly intrinsics: Record<string, Intrinsic> = {
    'Ref': name => this.ref(String(name)),
    'Fn::GetAtt': argument => this.attribute(argument),
    'Fn::Join': argument => this.join(argument),
    'Fn::Sub': argument => this.substitute(argument),
    'Fn::Select': argument => this.select(argument),
    'Fn::Split': argument => this.split(argument),
    'Fn::If': argument => this.choose(argument),
    'Fn::Equals': argument => this.equals(argument),
    'Fn::And': argument => (argument as unknown[]).every(entry => this.resolve(entry) === true),
    'Fn::Or': argument => (argument as unknown[]).some(entry => this.resolve(entry) === true),
    'Fn::Not': argument => this.resolve((argument as unknown[])[0]) !== true,
    'Fn::FindInMap': argument => this.findInMap(argument),
    'Fn::Base64': argument => Buffer.from(String(this.resolve(argument))).toString('base64'),
    'Fn::GetAZs': () => ['a', 'b', 'c'].map(zone => `${this.ref('AWS::Region')}${zone}`),
    'Condition': name => this.condition(String(name)),
  };

  constructor(private readonly template: Template, private readonly scope: Scope) {}

  public condition(name: string): boolean {
    const condition = this.template.Conditions?.[name];
    if (condition === undefined) throw new Error(`the template has no condition ${name}`);
    return this.resolve(condition) === true;
  }

  public outputs(): Record<string, unknown> {
    return Object.fromEntries(Object.entries(this.template.Outputs ?? {})
      .filter(([, { Condition }]) => Condition === undefined || this.condition(Condition))
      .map(([id, { Value }]) => [id, this.resolve(Value)]));
  }

  public resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(entry => this.resolve(entry)).filter(entry => entry !== NO_VALUE);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [name, argument] = entries[0] ?? [];
    const intrinsic = entries.length === 1 && name !== undefined ? this.intrinsic(name, argument) : undefined;
    if (intrinsic) return intrinsic(argument);
    return Object.fromEntries(entries.map(([key, entry]) => [key, this.resolve(entry)]).filter(([, entry]) => entry !== NO_VALUE));
  }

  private intrinsic(name: string, argument: unknown): Intrinsic | undefined {
    // A policy statement has a Condition as well, which is no reference to one of the template's.
    if (name === 'Condition' && typeof argument !== 'string') return undefined;
    if (name.startsWith('Fn::') && !this.intrinsics[name]) throw new Error(`the world does not know ${name}`);
    return this.intrinsics[name];
  }

  private ref(name: string): unknown {
    if (name === 'AWS::NoValue') return NO_VALUE;
    return name in this.scope.parameters ? this.scope.parameters[name] : this.scope.ref(name);
  }

  private attribute(argument: unknown): string {
    const [logicalId, ...names] = typeof argument === 'string' ? argument.split('.') : argument as string[];
    return this.scope.attribute(logicalId, names.map(name => String(this.resolve(name))).join('.'));
  }

  private join(argument: unknown): string {
    const [separator, values] = argument as [string, unknown];
    return (this.resolve(values) as unknown[]).map(String).join(separator);
  }

  private substitute(argument: unknown): string {
    const [text, variables] = Array.isArray(argument) ? argument as [string, Record<string, unknown>] : [String(argument), {}];
    return text.replace(/\$\{(!?)([^}]+)\}/g, (_whole, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (name in variables) return String(this.resolve(variables[name]));
      return String(name.includes('.') ? this.attribute(name) : this.ref(name));
    });
  }

  private select(argument: unknown): unknown {
    const [index, values] = argument as [unknown, unknown];
    return (this.resolve(values) as unknown[])[Number(this.resolve(index))];
  }

  private split(argument: unknown): string[] {
    const [separator, value] = argument as [string, unknown];
    return String(this.resolve(value)).split(separator);
  }

  private choose(argument: unknown): unknown {
    const [condition, whenTrue, whenFalse] = argument as [string, unknown, unknown];
    return this.resolve(this.condition(condition) ? whenTrue : whenFalse);
  }

  private equals(argument: unknown): boolean {
    const [left, right] = argument as [unknown, unknown];
    return String(this.resolve(left)) === String(this.resolve(right));
  }

  private findInMap(argument: unknown): unknown {
    const [map, first, second] = (argument as unknown[]).slice(0, 3).map(entry => String(this.resolve(entry)));
    const value = this.template.Mappings?.[map]?.[first]?.[second];
    if (value === undefined) throw new Error(`the template has no mapping ${map}.${first}.${second}`);
    return value;
  }
}
