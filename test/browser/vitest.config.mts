import { suite } from '../suite.mts';

/** Not in parallel: what the pages show comes from demos in real time, which need the machine. */
export default suite('browser', { testTimeout: 60_000, hookTimeout: 180_000 });
