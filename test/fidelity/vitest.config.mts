import { suite } from '../suite.mts';

/** Not in parallel: one moto for all of them, and it is reset before every sequence. */
export default suite('fidelity', { testTimeout: 30_000 });
