import { suite } from '../suite.mts';

/** Not in parallel: compilers use all cores and much memory as it is. */
export default suite('languages', { testTimeout: 600_000, hookTimeout: 900_000 });
