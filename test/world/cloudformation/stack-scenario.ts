import { ConcurrentClock, CustomResourceRequest, RotationEvent, StackLife, StackLifeOptions, World, holderOf } from '../index';
import { Template } from './template';

type Answer = Record<string, unknown> | string | undefined;
export type Reply = (request: CustomResourceRequest) => Answer | Promise<Answer>;

/** A stack whose function rotates like a well-behaved one, and answers for custom resources as the test says. */
export class StackScenario {
  public readonly clock = new ConcurrentClock();
  public readonly world = new World({ clock: this.clock });
  public readonly stack: StackLife;
  public readonly steps: string[] = [];
  /** What each step of a rotation does in place of nothing. */
  public onStep: (event: RotationEvent) => Promise<void> = nothing;
  /** What differs from a good answer; a text is the whole answer, and undefined none. */
  public reply: Reply = good;

  constructor(options: Partial<StackLifeOptions> = {}) {
    this.stack = new StackLife(this.world, { stackName: 'Mail', ...options });
    this.world.functionInvoker = async (_fn, event) => this.invoke(event as object);
  }

  public get requests(): CustomResourceRequest[] {
    return this.world.customResources.requests;
  }

  /** The events since the last look, as `Secret CREATE_COMPLETE`, without those of a beginning. */
  public news(): string[] {
    const events = this.stack.events.splice(0, Infinity).filter(({ status }) => !/^(CREATE|UPDATE|DELETE)_IN_PROGRESS$/.test(status));
    return events.map(({ logicalId, status }) => `${logicalId} ${status}`);
  }

  public async create(resources: Template['Resources']): Promise<void> {
    await this.stack.create({ Resources: resources });
    this.news();
  }

  private async invoke(event: object): Promise<void> {
    if ('Step' in event) await this.rotate(event as RotationEvent);
    else await this.answer(event as CustomResourceRequest);
  }

  private async rotate(event: RotationEvent): Promise<void> {
    this.steps.push(event.Step);
    await this.onStep(event);
    const { secretsManager } = this.world;
    const secret = secretsManager.secret(event.SecretId);
    if (event.Step === 'createSecret') secretsManager.putValue(secret, event.ClientRequestToken, { SecretString: 'rotated' }, ['AWSPENDING']);
    if (event.Step === 'finishSecret') {
      secretsManager.moveLabel(secret, 'AWSCURRENT', { to: event.ClientRequestToken, from: holderOf(secret, 'AWSCURRENT')?.id });
    }
  }

  private async answer(request: CustomResourceRequest): Promise<void> {
    const reply = await this.reply(request);
    if (reply === undefined) return;
    const { StackId, RequestId, LogicalResourceId, PhysicalResourceId = 'thing-1' } = request;
    const success = { Status: 'SUCCESS', PhysicalResourceId, StackId, RequestId, LogicalResourceId };
    this.world.customResources.answer(request.ResponseURL, typeof reply === 'string' ? reply : JSON.stringify({ ...success, ...reply }));
  }
}

async function nothing(): Promise<void> {
  return undefined;
}

function good(): Answer {
  return {};
}
