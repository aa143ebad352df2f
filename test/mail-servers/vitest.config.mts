import { suite } from '../suite.mts';

/** Not in parallel: a machine has one mail server at a time, and installing one removes the other. */
export default suite('mail-servers', { testTimeout: 120_000, hookTimeout: 180_000 });
