import { expect, it } from 'vitest';
import { dependenciesOf, dependencyOrder } from './dependency-order';

const IDS = new Set(['A', 'B', 'C', 'D', 'E', 'F']);

it('finds references, attributes, substitutions and DependsOn, and no parameters', () => {
  const resource = {
    Type: 'X',
    DependsOn: 'A',
    Properties: {
      List: [{ Ref: 'B' }, { Ref: 'AWS::Region' }],
      Map: { Deep: { 'Fn::GetAtt': ['C', 'Arn'] }, Short: { 'Fn::GetAtt': 'D.Arn' } },
      Sub: { 'Fn::Sub': ['${E.Arn}/${!B}/${AWS::Region}/${Own}', { Own: { Ref: 'F' } }] },
    },
  };
  expect(dependenciesOf(resource, IDS)).toEqual(['A', 'B', 'C', 'D', 'E', 'F']);
});

it('puts everything after what it depends on, and otherwise keeps the order', () => {
  expect(dependencyOrder(new Map([['A', ['C']], ['B', []], ['C', ['D', 'gone']], ['D', []]]))).toEqual(['D', 'C', 'A', 'B']);
});

it('names the resources of a circle', () => {
  expect(() => dependencyOrder(new Map([['A', ['B']], ['B', ['C']], ['C', ['B']]]))).toThrow('Circular dependency between resources: [B, C]');
});
