import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LambdaProcess } from './lambda-process';
import { StackScenario } from '../cloudformation/stack-scenario';
import { CUSTOM, WITH_CUSTOM, having } from '../cloudformation/stack-template';
import { CustomResourceRequest, RealClock, StackLife, World } from '../index';

let scenario: StackScenario;

beforeEach(() => {
  scenario = new StackScenario();
});

const reasonOf = (logicalId: string) => scenario.stack.events.find(event => event.logicalId === logicalId && event.reason !== undefined)?.reason;
const create = async (custom = CUSTOM) => scenario.stack.create({ Resources: { ...WITH_CUSTOM, Custom: custom } });
const update = async (custom = CUSTOM) => scenario.stack.update({ Resources: { ...WITH_CUSTOM, Custom: custom } });

describe('the request', () => {
  it('says what to create, with numbers and booleans as texts', async () => {
    const { functions } = await create();
    const ServiceToken = functions.Function.arn;
    const properties = { ServiceToken, Text: 'one', Count: '3', On: 'true', List: ['1', { Deep: 'false' }] };
    expect(scenario.requests).toEqual([{
      RequestType: 'Create',
      ServiceToken,
      ResponseURL: expect.stringMatching(/^https:\/\/cloudformation-custom-resource-response-euwest1\.s3\.eu-west-1\.amazonaws\.com\/arn%3Aaws%3Acloud.*Signature=/),
      StackId: scenario.stack.stackId,
      RequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      LogicalResourceId: 'Custom',
      ResourceType: 'Custom::Thing',
      ResourceProperties: properties,
    }]);
  });

  it('says what has changed, and of which resource', async () => {
    await create();
    await update(having(CUSTOM, { Text: 'two', ServiceTimeout: 60 }));
    expect(scenario.requests[1]).toMatchObject({
      RequestType: 'Update',
      PhysicalResourceId: 'thing-1',
      ResourceProperties: { Text: 'two', ServiceTimeout: '60' },
      OldResourceProperties: { Text: 'one', Count: '3' },
    });
  });

  it('is not sent when nothing has changed', async () => {
    await create();
    await update();
    expect(scenario.requests).toHaveLength(1);
  });

  it('says what to delete', async () => {
    await create();
    await scenario.stack.delete();
    expect(scenario.requests[1]).toMatchObject({ RequestType: 'Delete', PhysicalResourceId: 'thing-1', ResourceProperties: { Text: 'one' } });
    expect(scenario.requests[1].OldResourceProperties).toBeUndefined();
  });

  it('needs a function that exists', async () => {
    await expect(create(having(CUSTOM, { ServiceToken: 'arn:aws:lambda:eu-west-1:111122223333:function:other' }))).rejects.toMatchObject({
      logicalId: 'Custom', reason: 'Function not found: arn:aws:lambda:eu-west-1:111122223333:function:other',
    });
  });
});

describe('an answer', () => {
  it('gives the resource its id and its attributes', async () => {
    scenario.reply = () => ({ PhysicalResourceId: 'thing-7', Data: { Size: 4 } });
    const { outputs } = await scenario.stack.create({
      Resources: WITH_CUSTOM,
      Outputs: { Id: { Value: { Ref: 'Custom' } }, Size: { Value: { 'Fn::GetAtt': ['Custom', 'Size'] } } },
    });
    expect(outputs).toEqual({ Id: 'thing-7', Size: '4' });
  });

  it('has to have the attributes that the template asks for', async () => {
    const Asking = { Type: 'AWS::SSM::Parameter', Properties: { Value: { 'Fn::GetAtt': ['Custom', 'Size'] } } };
    await expect(scenario.stack.create({ Resources: { ...WITH_CUSTOM, Asking } })).rejects.toMatchObject({
      logicalId: 'Asking', reason: expect.stringContaining("Vendor response doesn't contain Size attribute in object arn:aws:cloudformation:"),
    });
  });

  it('that says FAILED fails the resource with its reason', async () => {
    scenario.reply = ({ RequestType }) => RequestType === 'Create' ? { Status: 'FAILED', Reason: 'port 587 is closed' } : {};
    await expect(create()).rejects.toThrow('Custom CREATE_FAILED: port 587 is closed');
    expect(reasonOf('Custom')).toBe('port 587 is closed');
  });

  it.each<[string, Record<string, unknown> | string, string]>([
    ['is longer than 4,096 bytes', { Data: { Text: 'ü'.repeat(2000) } }, 'Response object is too long.'],
    ['has no physical id', { PhysicalResourceId: '' }, 'Invalid PhysicalResourceId'],
    ['has a physical id of more than 1 kB', { PhysicalResourceId: 'x'.repeat(1025) }, 'Invalid PhysicalResourceId'],
    ['has another StackId', { StackId: 'other' }, "Invalid response object: StackId is not the request's"],
    ['has another RequestId', { RequestId: 'other' }, "Invalid response object: RequestId is not the request's"],
    ['has another LogicalResourceId', { LogicalResourceId: 'Other' }, "Invalid response object: LogicalResourceId is not the request's"],
    ['has an unknown status', { Status: 'OK' }, 'Invalid response object: Status must be SUCCESS or FAILED'],
    ['says FAILED without a reason', { Status: 'FAILED' }, 'Invalid response object: Reason is required when Status is FAILED'],
    ['is not JSON', 'done', 'Invalid response object: it is not JSON'],
  ])('that %s is refused', async (_name, reply, reason) => {
    scenario.reply = ({ RequestType }) => RequestType === 'Create' ? reply : {};
    await expect(create()).rejects.toMatchObject({ reason });
  });

  it('is kept as it arrived, and the first one counts', async () => {
    scenario.reply = request => {
      scenario.world.customResources.answer(request.ResponseURL, 'first');
      return request.RequestType === 'Create' ? 'second' : {};
    };
    await expect(create()).rejects.toMatchObject({ reason: 'Invalid response object: it is not JSON' });
    expect(scenario.world.customResources.responses.slice(0, 2).map(({ body }) => body)).toEqual(['first', 'second']);
  });

  it('is refused at a URL that CloudFormation did not give, and two hours after it did', async () => {
    await create();
    const { ResponseURL } = scenario.requests[0];
    const put = (url: string) => () => scenario.world.customResources.answer(url, '{}');
    expect(put(ResponseURL.replace(/.$/, '_'))).toThrow(expect.objectContaining({ code: 'SignatureDoesNotMatch', status: 403 }));
    await scenario.clock.sleep(2 * 3_600_000);
    expect(put(ResponseURL)).toThrow(expect.objectContaining({ code: 'AccessDenied', status: 403 }));
  });
});

describe('without an answer', () => {
  const NO_RESPONSE = /^CloudFormation did not receive a response from your Custom Resource\. Please check your logs for requestId \[[0-9a-f-]{36}\]\./;

  it.each([[undefined, 3600], [90, 90]])('a ServiceTimeout of %s ends the wait after %d s', async (ServiceTimeout, seconds) => {
    scenario.reply = ({ RequestType }) => RequestType === 'Create' ? undefined : {};
    const start = scenario.clock.now();
    const custom = having(CUSTOM, ServiceTimeout ? { ServiceTimeout } : {});
    await expect(create(custom)).rejects.toMatchObject({ reason: expect.stringMatching(NO_RESPONSE) });
    // And the second after which CloudFormation finds the answer to the deletion.
    expect(scenario.clock.now() - start).toBe((seconds + 1) * 1000);
  });

  it('a function that fails or hangs is waited for', async () => {
    scenario.reply = async ({ RequestType }) => {
      if (RequestType === 'Create') throw new Error('the function failed');
      return new Promise(() => undefined);
    };
    await expect(create()).rejects.toMatchObject({ reason: expect.stringMatching(NO_RESPONSE) });
    expect(scenario.world.customResources.failures).toEqual([new Error('the function failed')]);
    expect(scenario.stack.events.at(-1)).toMatchObject({ logicalId: 'Mail', status: 'ROLLBACK_FAILED' });
  });

  it('the wait ends as soon as there is one', async () => {
    scenario.reply = async () => {
      await scenario.clock.sleep(10 * 60_000 + 1);
      return {};
    };
    const start = scenario.clock.now();
    await create();
    expect(scenario.clock.now() - start).toBe(10 * 60_000 + 1000);
  });
});

describe('over HTTP', () => {
  let url: string;
  let put: (request: Partial<RequestInit>) => Promise<Response>;

  beforeEach(async () => {
    const base = await scenario.world.listen();
    scenario.reply = request => {
      url = request.ResponseURL;
      return {};
    };
    await create();
    expect(url).toMatch(`${base}/cloudformation-custom-resource-response-euwest1/arn%3Aaws%3Acloudformation%3A`);
    put = async request => fetch(url, { method: 'PUT', body: new Uint8Array(Buffer.from('{}')), ...request });
  });

  afterEach(async () => scenario.world.close());

  it('an answer is put to the ResponseURL', async () => {
    expect((await put({})).status).toBe(200);
    expect(scenario.world.customResources.responses.at(-1)).toEqual({ url, body: '{}' });
  });

  it.each<[string, RequestInit, number]>([
    ['has a content type, which is not signed', { headers: { 'content-type': 'application/json' } }, 403],
    ['does not tell its length', { body: new Blob(['{}']).stream(), duplex: 'half' } as RequestInit, 501],
  ])('an answer that %s is refused', async (_name, request, status) => {
    expect((await put(request)).status).toBe(status);
  });

  it('an answer to another path is refused', async () => {
    const reply = await fetch(new URL('/elsewhere', url), { method: 'PUT', body: new Uint8Array() });
    expect([reply.status, await reply.text()]).toEqual([403, expect.stringContaining('<Code>SignatureDoesNotMatch</Code>')]);
  });
});

describe('a function in a process of its own', () => {
  const SOURCE = `import { request } from 'node:http';
    export const handler = async ({ ResponseURL, StackId, RequestId, LogicalResourceId }) => {
      const body = JSON.stringify({ Status: 'SUCCESS', PhysicalResourceId: 'far', StackId, RequestId, LogicalResourceId });
      await new Promise((resolve, reject) =>
        request(ResponseURL, { method: 'PUT', headers: { 'content-type': '', 'content-length': body.length } }, resolve).on('error', reject).end(body));
    };`;
  let directory: string;
  let world: World;
  let running: LambdaProcess;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'custom-resource-'));
    await writeFile(join(directory, 'index.mjs'), SOURCE);
    world = new World({ clock: new RealClock() });
    world.functionInvoker = async (fn, event) => {
      running = new LambdaProcess({ ...fn, codeDirectory: directory }, { credentials: world.credentialsFor(fn.roleArn), endpoints: {} });
      return running.invoke(event);
    };
  });

  afterEach(async () => {
    await running.kill();
    await world.close();
    await rm(directory, { recursive: true });
  });

  it('answers over the loopback port, in real time', async () => {
    await world.listen();
    const { resources } = await new StackLife(world, { stackName: 'Mail' }).create({ Resources: WITH_CUSTOM });
    expect(resources.Custom.ref).toBe('far');
  });
});

describe('a failed creation', () => {
  const deleted = (): CustomResourceRequest => scenario.requests.find(({ RequestType }) => RequestType === 'Delete')!;

  it('is followed by a deletion with the id of the answer', async () => {
    scenario.reply = ({ RequestType }) => RequestType === 'Create' ? { Status: 'FAILED', Reason: 'no', PhysicalResourceId: 'half-made' } : {};
    await expect(create()).rejects.toThrow('no');
    expect(deleted()).toMatchObject({ PhysicalResourceId: 'half-made', ResourceProperties: { Text: 'one' } });
  });

  it.each<[string, Record<string, unknown> | undefined]>([['no answer', undefined], ['an answer without an id', { PhysicalResourceId: '' }]])(
    'with %s is followed by a deletion with an id that CloudFormation makes up', async (_name, reply) => {
      scenario.reply = ({ RequestType }) => RequestType === 'Create' ? reply : {};
      await expect(create()).rejects.toThrow();
      expect(deleted().PhysicalResourceId).toMatch(/^Mail-Custom-[A-Z2-7]{12}$/);
    });
});

describe('another id on an update', () => {
  const renamed = ({ RequestType }: CustomResourceRequest) => RequestType === 'Update' ? { PhysicalResourceId: 'thing-2' } : {};

  it('is a replacement: the old one is deleted afterwards, with its old properties', async () => {
    scenario.reply = renamed;
    await create();
    const { resources } = await update(having(CUSTOM, { Text: 'two' }));
    expect(resources.Custom.ref).toBe('thing-2');
    expect(scenario.requests[2]).toMatchObject({ RequestType: 'Delete', PhysicalResourceId: 'thing-1', ResourceProperties: { Text: 'one' } });
  });

  it('does not fail the update when the old one cannot be deleted', async () => {
    scenario.reply = request => request.RequestType === 'Delete' ? { Status: 'FAILED', Reason: 'busy' } : renamed(request);
    await create();
    await update(having(CUSTOM, { Text: 'two' }));
    expect(scenario.stack.events.slice(-2)).toEqual([
      { logicalId: 'Custom', status: 'DELETE_FAILED', reason: 'busy' }, { logicalId: 'Mail', status: 'UPDATE_COMPLETE' },
    ]);
    expect(scenario.stack.orphans).toMatchObject([{ id: 'Custom', ref: 'thing-1' }]);
  });
});

describe('a failed update', () => {
  it('is followed by an update with the old properties', async () => {
    scenario.reply = ({ ResourceProperties: { Text } }) => Text === 'two' ? { Status: 'FAILED', Reason: 'no two' } : {};
    await create();
    await expect(update(having(CUSTOM, { Text: 'two' }))).rejects.toThrow('Custom UPDATE_FAILED: no two');
    expect(scenario.requests[2]).toMatchObject({
      RequestType: 'Update', PhysicalResourceId: 'thing-1', ResourceProperties: { Text: 'one' }, OldResourceProperties: { Text: 'two' },
    });
    expect(scenario.stack.events.at(-1)).toEqual({ logicalId: 'Mail', status: 'UPDATE_ROLLBACK_COMPLETE' });
  });
});
