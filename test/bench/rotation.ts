import { fleetStack, secretOnlyStack } from './stacks';
import { Cost, TimedDeployment } from './timed-deployment';
import { DefineStack } from '../demo/local-aws';

export interface RotationCost extends Cost {
  readonly rotation: 'first' | 'third';
  readonly mailServers: number;
}

/** The first rotation, which also starts the process's work, and the third, which is the first one that frees a key slot. */
export async function rotationCosts(): Promise<RotationCost[]> {
  return [...await costsOf(secretOnlyStack, 0), ...await costsOf(fleetStack, 3)];
}

async function costsOf(define: DefineStack, mailServers: number): Promise<RotationCost[]> {
  const deployment = await TimedDeployment.start(define, mailServers);
  try {
    const first = await deployment.rotate();
    await deployment.rotate();
    const third = await deployment.rotate();
    return [{ rotation: 'first', mailServers, ...first }, { rotation: 'third', mailServers, ...third }];
  } finally {
    await deployment.close();
  }
}
