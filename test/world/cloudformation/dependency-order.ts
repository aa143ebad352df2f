import { TemplateResource } from './template';
import { list } from '../services/policy';

/** By logical id, what each resource refers to. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

/** The resources that this one refers to, or has to wait for. */
export function dependenciesOf(resource: TemplateResource, ids: ReadonlySet<string>): string[] {
  const found = [...list(resource.DependsOn), ...referencesIn(resource.Properties)];
  return [...new Set(found)].filter(id => ids.has(id));
}

/** Every resource after those that it depends on, and otherwise as the template has them. */
export function dependencyOrder(dependencies: Dependencies): string[] {
  const order: string[] = [];
  const visit = (id: string, path: readonly string[]) => {
    if (path.includes(id)) throw new Error(`Circular dependency between resources: [${path.slice(path.indexOf(id)).join(', ')}]`);
    if (order.includes(id)) return;
    for (const dependency of dependencies.get(id) ?? []) visit(dependency, [...path, id]);
    if (dependencies.has(id)) order.push(id);
  };
  for (const id of dependencies.keys()) visit(id, []);
  return order;
}

function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) => referencesOf(key, entry));
}

function referencesOf(key: string, argument: unknown): string[] {
  if (key === 'Ref') return [String(argument)];
  if (key === 'Fn::GetAtt') return [String(Array.isArray(argument) ? argument[0] : String(argument).split('.')[0])];
  if (key !== 'Fn::Sub') return referencesIn(argument);
  const text = String(Array.isArray(argument) ? argument[0] : argument);
  return [...[...text.matchAll(/\$\{([^!}.]+)/g)].map(([, name]) => name), ...referencesIn(argument)];
}
