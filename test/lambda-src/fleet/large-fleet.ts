import { CredentialDocument, MailServerFleet, MailServerTargets } from '../../../src';
import { SimulatedNode } from '../../world/nodes';
import { Scenario, withFleet } from '../scenario';

/** Enough where it does not matter how many. */
export const SOME = 1000;
export const EVERYBODY_AT_ONCE = { maxConcurrency: '100%' };

export interface LargeFleet {
  readonly scenario: Scenario;
  readonly nodes: SimulatedNode[];
}

export function largeFleet(fleet: Partial<MailServerFleet> = EVERYBODY_AT_ONCE, count = SOME): LargeFleet {
  const props = withFleet({ document: CredentialDocument.postfix(), ...fleet }, MailServerTargets.tag('EmailServers', 'True'));
  const scenario = new Scenario({ props });
  const nodes = Array.from({ length: count }, (_, index) => scenario.addNode(`i-${String(index).padStart(17, '0')}`));
  return { scenario, nodes };
}

export function commandIds({ world }: Scenario): string[] {
  return world.ssm.commands.map(({ id }) => id);
}

/** How many servers hold the credential that the secret's version with this label has. */
export function holders({ scenario, nodes }: LargeFleet, label = 'AWSCURRENT'): number {
  const { username } = scenario.value(label);
  return nodes.filter(({ heldCredential }) => heldCredential?.username === username).length;
}
