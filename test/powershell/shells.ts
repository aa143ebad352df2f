/** The PowerShells in PATH, which the vitest config looks for. */
export const SHELLS: readonly string[] = process.env.POWERSHELLS!.split(',');
