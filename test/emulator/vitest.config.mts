import { suite } from '../suite.mts';

/** One file after the other: there is one LocalEmu, and a story that it goes through. */
export default suite('emulator', { testTimeout: 300_000, hookTimeout: 300_000 });
