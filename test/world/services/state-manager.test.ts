import { beforeEach, describe, expect, it } from 'vitest';
import { AssociationProperties } from './state-manager';
import { DocumentContent, VirtualClock, World } from '../index';
import { NodeBehaviour, SimulatedNode } from '../nodes';

const MINUTE = 60_000;
const DOCUMENT: DocumentContent = {
  schemaVersion: '2.2',
  parameters: { Text: { type: 'String' } },
  mainSteps: [{ action: 'aws:runShellScript', name: 'Apply', inputs: { runCommand: ['true'] } }],
};
const ASSOCIATION: AssociationProperties = { Name: 'Apply', Parameters: { Text: ['one'] }, Targets: [{ Key: 'tag:Mail', Values: ['Yes'] }] };

let world: World;
/** What the node ran, and at which minute. */
let diary: string[];

beforeEach(() => {
  world = new World({ clock: new VirtualClock() });
  world.ssm.documents.register({ name: 'Apply', content: DOCUMENT });
  world.stateManager.associate(ASSOCIATION);
  diary = [];
});

function node(tags: Record<string, string> = { Mail: 'Yes' }): SimulatedNode {
  const start = world.clock.now();
  const behaviour: NodeBehaviour = ({ parameters }) => {
    diary.push(`${parameters.Text[0]} at ${(world.clock.now() - start) / MINUTE}`);
    return [{ name: 'Apply', status: 'Success', responseCode: 0, output: parameters.Text[0] }];
  };
  return new SimulatedNode({ instanceId: 'i-1', tags, behaviour });
}

describe('an association', () => {
  it('is run by the nodes that it is for when they register, and again when they are told', async () => {
    const member = node();
    expect(await world.stateManager.join(member)).toMatchObject([{ output: 'one' }]);
    await world.clock.sleep(30 * MINUTE);
    await world.stateManager.runOn(member);
    await world.stateManager.join(node({ Mail: 'No' }));
    expect(diary).toEqual(['one at 0', 'one at 30']);
  });

  it('can run late and twice, as it was when the node got it', async () => {
    world.stateManager.runLater(node(), 5 * MINUTE, 20 * MINUTE);
    world.stateManager.dissociate(ASSOCIATION);
    world.stateManager.associate({ ...ASSOCIATION, Parameters: { Text: ['two'] } });
    await world.clock.sleep(10 * MINUTE);
    expect(diary).toEqual(['one at 5']);
    await world.clock.sleep(20 * MINUTE);
    expect(diary).toEqual(['one at 5', 'one at 20']);
    expect(world.stateManager.reports).toMatchObject([{ output: 'one' }, { output: 'one' }]);
  });

  it('can run when it has been deleted', async () => {
    const member = node();
    world.stateManager.runLater(member, MINUTE);
    world.stateManager.dissociate(ASSOCIATION);
    await world.clock.sleep(MINUTE);
    expect(diary).toEqual(['one at 1']);
    expect(await world.stateManager.runOn(member)).toEqual([]);
  });

  it('is refused when its parameters are not those of the document', () => {
    expect(() => world.stateManager.associate({ ...ASSOCIATION, Parameters: { Unknown: ['x'] } }))
      .toThrow(expect.objectContaining({ name: 'InvalidParameters' }));
  });
});
