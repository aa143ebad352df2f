/**
 * Throws unless a class was given what its own static methods give. Languages without private constructors let a class extend it, and
 * construct it without.
 */
export function checkMade(className: string, given: unknown): void {
  if (given !== undefined) return;
  throw new Error(`${className} must be made by its static methods, got a class that extends it; call one of ${className}'s methods instead`);
}
