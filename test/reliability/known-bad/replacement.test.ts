import { describe, expect, it } from 'vitest';
import { replaceFunction } from './replacement';

const SOURCE = `
import { half } from './numbers';
/** Twice as much. */
export async function twice(n: number): Promise<number> {
  return 2 * n;
}
async function *each(n: number) { yield n; }
class Counter {
  private async next({ step }: Options) { return this.count += step; }
}
`;

describe('replacing a function', () => {
  it('leaves everything else, comments and exports included', () => {
    expect(replaceFunction(SOURCE, { module: 'twice', function: 'twice', as: 'n => half(n)' }))
      .toBe(SOURCE.replace(/export async function twice[^}]+}/, 'export function twice(...all) { return (n => half(n)).apply(this, all); }'));
  });

  it('replaces a generator, and a method with access to its object', () => {
    expect(replaceFunction(SOURCE, { module: 'twice', function: 'each', as: '() => []' })).toContain('\nfunction each(...all) { return (() => [])');
    expect(replaceFunction(SOURCE, { module: 'twice', function: 'Counter.next', as: 'function () { return this.count; }' }))
      .toContain('\n  next(...all) { return (function () { return this.count; }).apply(this, all); }\n');
  });

  it.each(['half', 'Counter', 'Counter.previous', 'next'])('fails without a function of the name: %s', name => {
    expect(() => replaceFunction(SOURCE, { module: 'twice', function: name, as: '() => 0' })).toThrow(`twice has 0 functions of the name ${name}`);
  });

  it('fails if there are two functions of the name', () => {
    expect(() => replaceFunction(`${SOURCE}function each() {}`, { module: 'twice', function: 'each', as: '() => 0' })).toThrow('twice has 2 functions of the name each');
  });
});
