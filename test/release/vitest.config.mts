import { suite } from '../suite.mts';

export default suite('release', { testTimeout: 600_000, hookTimeout: 900_000 });
