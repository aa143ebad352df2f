import { expect, it } from 'vitest';
import { Scenario } from './scenario';

const SECRET = 'S3cr3tPayload';

it.each<[string, unknown]>([
  ['a text', SECRET],
  ['a number', 42],
  ['true', true],
  ['null', null],
  ['nothing', undefined],
  ['a list', [SECRET]],
  ['a list of steps', [{ Step: 'createSecret', SecretId: SECRET }]],
])('%s as a payload is refused like any other call that the function does not know, and not repeated', async (_what, payload) => {
  const { fn, logs, world } = new Scenario();
  const error: Error = await world.functionInvoker!(fn, payload).then(() => expect.unreachable(), (reason: Error) => reason);
  expect(error.message).toContain('this function accepts only the steps of a rotation from Secrets Manager');
  expect([error.message, ...logs].join()).not.toContain(SECRET);
  expect(world.calls).toEqual([]);
});
