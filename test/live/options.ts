import { parseArgs } from 'node:util';
import { LiveAppOptions } from './app/names';

export const USAGE = `usage: npm run test:live -- --region <region> [options]
       npm run test:live -- --local [--fleet] [--windows]
       npm run test:live -- --page

  --region <region>      where: an account with the credentials that the AWS CLI finds, bootstrapped for the CDK
  --identity <identity>  a verified domain or address: messages to SES's mailbox simulator, in place of logins
  --fleet                two Amazon Linux instances with Postfix
  --windows              one Windows Server, for the PowerShell documents
  --yes                  ask nothing
  --clean <prefix>       only delete what an earlier run has left
  --local                the local AWS: no account, no cost, a minute
  --page                 only write docs/live.md again, from docs/live.json
  --help`;

export class UsageError extends Error {}

export interface RunOptions extends LiveAppOptions {
  /** Undefined for the local AWS. */
  readonly region?: string;
  readonly yes: boolean;
  readonly cleansOnly: boolean;
}

/** A run, or what is wanted in its place. Throws a UsageError. */
export function readOptions(args: readonly string[], newPrefix: () => string): RunOptions | 'help' | 'page' {
  const { clean, fleet = false, help, identity, local = false, page, region, windows = false, yes = false } = parsed(args);
  if (help) return 'help';
  if (page) return 'page';
  if (local === (region !== undefined)) throw new UsageError('--region or --local must be given, and not both');
  if (local && (clean !== undefined || identity !== undefined)) throw new UsageError('--identity and --clean need an account, so they must not be given with --local');
  if (region !== undefined && !/^[a-z]{2,}(-[a-z]+)+-\d+$/.test(region)) throw new UsageError(`--region must be the name of a Region, got ${region}`);
  if (clean !== undefined && !PREFIX.test(clean)) throw new UsageError(`--clean must be the prefix of a run, such as ${newPrefix()}, got ${clean}`);
  return { prefix: clean ?? newPrefix(), identity: local ? 'example.com' : identity, fleet, windows, region, yes, cleansOnly: clean !== undefined };
}

/** Nothing else begins like it, and nothing that does is anybody else's. */
const PREFIX = /^ses-live-[a-z0-9]{4,12}$/;

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        clean: { type: 'string' },
        fleet: { type: 'boolean' },
        help: { type: 'boolean' },
        identity: { type: 'string' },
        local: { type: 'boolean' },
        page: { type: 'boolean' },
        region: { type: 'string' },
        windows: { type: 'boolean' },
        yes: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
