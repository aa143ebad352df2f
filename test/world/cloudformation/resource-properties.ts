import { ResourceDefinition } from './deployment';
import { list } from '../services/policy';

export function text(definition: ResourceDefinition, property: string): string {
  const value = optionalText(definition, property);
  if (value === undefined) throw new Error(`${definition.id} (${definition.type}) has no ${property}`);
  return value;
}

export function optionalText(definition: ResourceDefinition, property: string): string | undefined {
  const value = definition.properties[property];
  return value === undefined ? undefined : String(value);
}

export function texts(definition: ResourceDefinition, property: string): string[] {
  return list(definition.properties[property] as string | string[] | undefined).map(String);
}
