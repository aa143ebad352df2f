/** The tag on everything that the suite makes; its value is the run's prefix. */
export const TAG = 'ses-smtp-live-test';
/** The tag that makes an instance one of a fleet; its value is the run's prefix. */
export const SERVER_TAG = 'SesSmtpLiveServer';

export interface LiveAppOptions {
  /** The beginning of every name in one run of the suite. */
  readonly prefix: string;
  /** The identity that messages are sent as, if the account has one. */
  readonly identity?: string;
  readonly fleet: boolean;
  readonly windows: boolean;
}

type Prefix = Pick<LiveAppOptions, 'prefix'>;

export const probeStackOf = ({ prefix }: Prefix): string => `${prefix}-probes`;
export const probeUserOf = ({ prefix }: Prefix): string => `${prefix}-probe`;
export const emptySecretOf = ({ prefix }: Prefix): string => `${prefix}-empty`;
export const eventLogOf = ({ prefix }: Prefix): string => `/aws/events/${prefix}`;
/** The tag's value on the Windows Server. */
export const windowsTagOf = ({ prefix }: Prefix): string => `${prefix}-windows`;
