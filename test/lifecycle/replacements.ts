import { Stack } from 'aws-cdk-lib';
import { expect } from 'vitest';
import { DefineProps, FLEET, Life, Props } from './life';

/** A stack with two mail servers, after some rotations. */
export async function living(props: Props | DefineProps = {}, further: Props = {}): Promise<Life> {
  const life = new Life();
  life.addServer('i-00000001');
  life.addServer('i-00000002');
  await life.create(withFleet(props, further));
  await life.rotate();
  return life;
}

export function withFleet(props: Props | DefineProps, further: Props = {}): DefineProps {
  return (stack: Stack) => ({ mailServers: [FLEET], ...typeof props === 'function' ? props(stack) : props, ...further });
}

/** No server was refused, all have the current credential, and there is no key but those that the secret refers to. */
export function expectAllIsWell(life: Life, keys: number): void {
  expect([...life.refusals]).toEqual([]);
  // KMS keys are retained.
  expect(life.stack.orphans.filter(({ type }) => type !== 'AWS::KMS::Key').map(({ id }) => id)).toEqual([]);
  expect(life.heldKeys).toEqual(life.servers.map(() => life.currentKey));
  expect(life.keysOf()).toContain(life.currentKey);
  const { iam } = life.world;
  expect(iam.issuedKeys.filter(({ accessKeyId }) => iam.findAccessKey(accessKeyId))).toHaveLength(keys);
}
