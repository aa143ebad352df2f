import { suite } from '../suite.mts';

/** What C# users get, without .NET: `npm test` has compiled the library and translated the examples before. */
export default suite('csharp', { testTimeout: 30_000, hookTimeout: 60_000 });
