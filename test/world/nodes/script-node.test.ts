import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CommandExecution, DocumentContent, DocumentStep, StepResult } from './managed-node';
import { ScriptNode, ScriptNodeOptions } from './script-node';

let nodes: ScriptNode[] = [];

afterEach(async () => {
  await Promise.all(nodes.map(node => node.remove()));
  nodes = [];
});

function scriptNode(options: Partial<ScriptNodeOptions> = {}): ScriptNode {
  const node = new ScriptNode({ instanceId: 'i-0123456789abcdef0', ...options });
  nodes.push(node);
  return node;
}

function shell(...runCommand: string[]): DocumentStep {
  return { action: 'aws:runShellScript', name: 'apply', inputs: { runCommand } };
}

function command(
  steps: DocumentStep[], parameters: DocumentContent['parameters'] = {}, values: Record<string, string[]> = {},
): CommandExecution {
  return {
    commandId: '11111111-2222-3333-4444-555555555555',
    documentName: 'document',
    content: { schemaVersion: '2.2', parameters, mainSteps: steps },
    parameters: values,
  };
}

async function runOne(node: ScriptNode, step: DocumentStep): Promise<StepResult> {
  const [result] = await node.run(command([step]));
  return result;
}

describe('ScriptNode scripts', () => {
  it('joins the lines into one script', async () => {
    const result = await runOne(scriptNode(), shell('word=hello', 'if true; then', '  echo "$word"', 'fi'));
    expect(result).toEqual({ name: 'apply', status: 'Success', responseCode: 0, output: 'hello\n' });
  });

  it('runs a script without a first line of its own with sh, in its own directory', async () => {
    const node = scriptNode();
    const result = await runOne(node, shell('pwd'));
    expect(result.output.trim()).toBe(join(node.orchestrationDirectory, '11111111-2222-3333-4444-555555555555', 'apply'));
  });

  it('lets the first line of the script choose its interpreter', async () => {
    const result = await runOne(scriptNode(), shell('#!/usr/bin/env node', 'console.log(typeof process.version)'));
    expect(result.output).toBe('string\n');
  });

  it('reports the exit code of the last command, and standard error behind a separator', async () => {
    const result = await runOne(scriptNode(), shell('echo out', 'echo problem >&2', 'exit 3'));
    expect(result).toEqual({
      name: 'apply',
      status: 'Failed',
      responseCode: 3,
      output: 'out\n\n----------ERROR-------\nproblem\nfailed to run commands: exit status 3',
    });
  });

  it('runs later steps although an earlier one failed', async () => {
    const results = await scriptNode().run(command([shell('exit 1'), { ...shell('echo later'), name: 'later' }]));
    expect(results.map(({ name, status }) => [name, status])).toEqual([['apply', 'Failed'], ['later', 'Success']]);
  });

  it.each([[168, 'Success'], [169, 'Failed']])('ends the document when a step exits with %i', async (code, status) => {
    const results = await scriptNode().run(command([shell(`exit ${code}`), { ...shell('echo later'), name: 'later' }]));
    expect(results).toMatchObject([{ name: 'apply', status, responseCode: code }]);
  });

  it('kills a step, and what it started, when its time is over', async () => {
    const node = scriptNode({ millisecondsPerSecond: 15 });
    const step = { ...shell('echo begun', 'sleep 60 & wait'), inputs: { runCommand: ['echo begun', 'sleep 60 & wait'], timeoutSeconds: '5' } };
    expect(await runOne(node, step)).toEqual({ name: 'apply', status: 'TimedOut', responseCode: 137, output: 'begun\n' });
  });

  it('takes an hour for a timeout that is out of range', async () => {
    const node = scriptNode({ millisecondsPerSecond: 15 });
    const step = { ...shell(), inputs: { runCommand: ['sleep 0.09', 'echo done'], timeoutSeconds: '4' } };
    expect(await runOne(node, step)).toMatchObject({ status: 'Success', output: 'done\n' });
  });

  it('finds the programs of the node before those of the system', async () => {
    const node = scriptNode();
    await node.install('uname', '#!/bin/sh\necho "the node\'s own"\n');
    expect((await runOne(node, shell('uname'))).output).toBe('the node\'s own\n');
  });

  it('knows the command\'s id and the variables of the node, and nothing of the test\'s', async () => {
    process.env.ONLY_IN_THE_TEST = '1';
    const node = scriptNode({ environment: { ROLE: 'mail' } });
    const { output } = await runOne(node, shell('echo "$SSM_COMMAND_ID $ROLE ${ONLY_IN_THE_TEST-unset}"'));
    delete process.env.ONLY_IN_THE_TEST;
    expect(output).toBe('11111111-2222-3333-4444-555555555555 mail unset\n');
  });

  it('keeps the files of every node apart', async () => {
    const [one, two] = [scriptNode(), scriptNode()];
    await one.write('etc/mail', 'one');
    await two.write('etc/mail', 'two');
    await runOne(one, shell(`printf changed > '${one.root}/etc/mail'`));
    expect([await one.read('etc/mail'), await two.read('etc/mail')]).toEqual(['changed', 'two']);
  });
});

describe('ScriptNode parameters', () => {
  const parameters = {
    Plain: { type: 'String', default: 'usual' },
    Variable: { type: 'String', interpolationType: 'ENV_VAR' as const },
  };
  const script = shell('echo \'{{ Plain }}|{{Variable}}\'"|${SSM_Variable-unset}|${SSM_Plain-unset}"');
  const values = { Variable: ['$&; `x`'] };

  it('exports ENV_VAR parameters and substitutes the others', async () => {
    const [result] = await scriptNode().run(command([script], parameters, values));
    expect(result.output).toBe('usual|{{Variable}}|$&; `x`|unset\n');
  });

  it('substitutes every parameter on an agent that is older than ENV_VAR', async () => {
    const [result] = await scriptNode({ agentVersion: '3.3.2745.9' }).run(command([script], parameters, values));
    expect(result.output).toBe('usual|$&; `x`|unset|unset\n');
  });

  it('exports ENV_VAR parameters from the first agent that knows them', async () => {
    const [result] = await scriptNode({ agentVersion: '3.3.2746.0' }).run(command([script], parameters, values));
    expect(result.output).toContain('|$&; `x`|');
  });

  it('prefers the given value to the default', async () => {
    const [result] = await scriptNode().run(command([shell('echo {{ Plain }}')], parameters, { Plain: ['given'] }));
    expect(result.output).toBe('given\n');
  });
});

describe('ScriptNode platforms', () => {
  const windowsOnly = { StringEquals: ['platformType', 'Windows'] };

  it('skips a step whose precondition names another platform, and calls that success', async () => {
    const result = await runOne(scriptNode(), { ...shell('echo ran'), precondition: windowsOnly });
    expect(result).toMatchObject({ status: 'Success', responseCode: 0, output: expect.stringContaining('skipped due to unsatisfied preconditions') });
  });

  it('runs a step whose precondition names its own platform', async () => {
    const result = await runOne(scriptNode(), { ...shell('echo ran'), precondition: { StringEquals: ['platformType', 'Linux'] } });
    expect(result.output).toBe('ran\n');
  });

  it('skips an action that the platform lacks, and calls that success', async () => {
    const result = await runOne(scriptNode({ platformType: 'Windows' }), shell('echo ran'));
    expect(result).toMatchObject({
      status: 'Success', output: 'Step execution skipped due to unsupported plugin: aws:runShellScript. Step name: apply',
    });
  });
});

describe('the AWS CLI of a node', () => {
  const SECRET = { ARN: 'arn', VersionId: 'v1', VersionStages: ['AWSPENDING', 'AWSCURRENT'], SecretString: '{"password":"a b"}' };
  const requests: { headers: IncomingMessage['headers']; body: unknown }[] = [];
  let server: Server;
  let environment: Record<string, string>;

  beforeAll(async () => {
    server = createServer((request, response) => void answer(request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    }));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    environment = {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'ASIANODE',
      AWS_SESSION_TOKEN: 'node-token',
    };
  });

  afterAll(() => void server.close());

  async function answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const body = JSON.parse(await text(request)) as { SecretId: string };
    requests.push({ headers: request.headers, body });
    if (body.SecretId === 'missing') {
      return { status: 400, body: { __type: 'ResourceNotFoundException', Message: 'Secrets Manager can\'t find the specified secret.' } };
    }
    return { status: 200, body: SECRET };
  }

  async function aws(args: string): Promise<StepResult> {
    return runOne(scriptNode({ environment }), shell(`aws ${args}`));
  }

  it('sends GetSecretValue with the caller\'s credentials', async () => {
    await aws('secretsmanager get-secret-value --secret-id arn --version-id v1 --region eu-west-1 --query SecretString --output text');
    expect(requests.at(-1)).toMatchObject({
      body: { SecretId: 'arn', VersionId: 'v1' },
      headers: {
        'x-amz-target': 'secretsmanager.GetSecretValue',
        'x-amz-security-token': 'node-token',
        'authorization': expect.stringContaining('Credential=ASIANODE/20260101/eu-west-1/secretsmanager/aws4_request'),
      },
    });
  });

  it.each([
    ['--query SecretString --output text', '{"password":"a b"}\n'],
    ['--query=SecretString --output=text --no-cli-pager --cli-read-timeout 5', '{"password":"a b"}\n'],
    ['--query "[join(\',\', VersionStages), SecretString]" --output text', 'AWSPENDING,AWSCURRENT\t{"password":"a b"}\n'],
    ['--query \'[join(`,`, VersionStages),SecretString]\' --output text', 'AWSPENDING,AWSCURRENT\t{"password":"a b"}\n'],
    ['--query SecretBinary --output text', 'None\n'],
    ['--query VersionStages --output json', '[\n    "AWSPENDING",\n    "AWSCURRENT"\n]\n'],
  ])('prints what %s asks for', async (options, output) => {
    expect(await aws(`secretsmanager get-secret-value --secret-id arn ${options}`)).toMatchObject({ status: 'Success', output });
  });

  it('exits with 254 and the service\'s error', async () => {
    const result = await aws('secretsmanager get-secret-value --secret-id missing --query SecretString --output text');
    expect(result).toMatchObject({
      responseCode: 254,
      output: expect.stringContaining(
        'An error occurred (ResourceNotFoundException) when calling the GetSecretValue operation: Secrets Manager can\'t find the specified secret.'),
    });
  });

  it.each([
    's3 ls',
    'secretsmanager get-secret-value',
    'secretsmanager get-secret-value --secret-id arn --unknown x',
    'secretsmanager get-secret-value --secret-id arn --query "keys(@)"',
    'secretsmanager get-secret-value --secret-id',
  ])('exits with 252 for "aws %s"', async args => {
    expect(await aws(args)).toMatchObject({ responseCode: 252, output: expect.stringContaining('usage: aws') });
  });

  it('exits with 253 without credentials', async () => {
    const node = scriptNode({ environment: { ...environment, AWS_ACCESS_KEY_ID: '' } });
    expect(await runOne(node, shell('aws secretsmanager get-secret-value --secret-id arn'))).toMatchObject({ responseCode: 253 });
  });

  it('tells its version', async () => {
    expect((await aws('--version')).output).toMatch(/^aws-cli\/2\.27\.0 /);
  });
});
