/**
 * The ids that a server makes, under names that are the same on every server: the first access key that one
 * side issues corresponds to the first one of the other side. A name shows as much of its id as must be alike.
 */
export class Names {
  private readonly idsByName = new Map<string, string>();

  public learnSecret(arn: string): string {
    return this.learn(`${arn.slice(0, -6)}??????`, arn);
  }

  public learnVersion(id: string): string {
    return this.nameOf(id) ?? this.learn(`<version ${this.count('<version') + 1}>`, id);
  }

  public learnAccessKey(id: string): string {
    const shape = id.slice(0, 4).padEnd(id.length, '?');
    return this.nameOf(id) ?? this.learn(`${shape}#${this.count(shape) + 1}`, id);
  }

  /** A token that a client chooses: its name is as good a token, of the length that Secrets Manager wants. */
  public learnToken(token: string, name: string): string {
    return this.learn(name.padEnd(32, '-'), token);
  }

  public knows(id: string): boolean {
    return this.nameOf(id) !== undefined;
  }

  /** The value with names in place of ids, inside of texts too. */
  public named<Value>(value: Value): Value {
    return replaceTexts(value, [...this.idsByName].map(([name, id]) => [id, name])) as Value;
  }

  /** The value with this side's ids in place of names. */
  public identified<Value>(value: Value): Value {
    return replaceTexts(value, [...this.idsByName]) as Value;
  }

  private nameOf(id: string): string | undefined {
    return [...this.idsByName].find(([, known]) => known === id)?.[0];
  }

  private count(prefix: string): number {
    return [...this.idsByName.keys()].filter(name => name.startsWith(prefix)).length;
  }

  private learn(name: string, id: string): string {
    this.idsByName.set(name, id);
    return name;
  }
}

function replaceTexts(value: unknown, replacements: [string, string][]): unknown {
  if (typeof value === 'string') return replacements.reduce((result, [from, to]) => result.replaceAll(from, to), value);
  if (Array.isArray(value)) return value.map(entry => replaceTexts(entry, replacements));
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [replaceTexts(key, replacements), replaceTexts(entry, replacements)]));
}
