/** What the demo reads in a line of the function's log. */
export interface FunctionLine {
  readonly level: string;
  readonly step: string;
  readonly message: string;
  readonly accessKeyId?: string;
  readonly attempts?: number;
  readonly confirmed?: number;
  readonly error?: string;
  readonly seconds?: number;
  readonly targets?: number;
}

/** Lines that are not the function's own, such as Lambda's report of an error, say nothing new. */
export function parseLine(line: string): FunctionLine | undefined {
  try {
    return JSON.parse(line) as FunctionLine;
  } catch {
    return undefined;
  }
}

export function describeLine({ message, accessKeyId, attempts, confirmed, error, seconds, targets }: FunctionLine): string {
  const tries = [attempts !== undefined && `try ${attempts}`, seconds !== undefined && `${seconds.toFixed(1)} s`].filter(Boolean);
  return [
    message,
    accessKeyId !== undefined ? ` ${accessKeyId}` : '',
    targets !== undefined ? `: ${confirmed} of ${targets} confirmed` : '',
    error !== undefined ? `: ${error}` : '',
    tries.length > 0 ? ` (${tries.join(', ')})` : '',
  ].join('');
}
