import { describe, expect, it } from 'vitest';
import { awsClients } from '../../lambda-src/aws/clients';
import { beforeLateKeys, createContext, forCredential, inStep } from '../../lambda-src/context';
import { smtpLogin } from '../../lambda-src/smtp/login';
import { smtpSend } from '../../lambda-src/smtp/message';
import { RotationConfig } from '../../src/private/rotation-contract';
import { VirtualClock } from '../world';

const config: RotationConfig = {
  secretArn: 'arn:secret',
  user: { name: 'newsletter', owned: true },
  endpoint: { host: 'smtp.example.com', port: 587, region: 'eu-west-1', implicitTls: false },
  format: {},
  fleets: [],
  gracePeriodSeconds: 0,
  holdWhileUsedSeconds: 0,
  rotatesAtOnce: true,
};

function setUp() {
  const clock = new VirtualClock();
  const lines: string[] = [];
  const writeLog = (line: string) => lines.push(line);
  const respond = async () => undefined;
  const dependencies = { ...awsClients(), loginAt: smtpLogin, sendAt: smtpSend, clock, random: Math.random, writeLog, respond };
  const invokedFunctionArn = 'arn:aws:lambda:eu-west-1:111122223333:function:rotation:status';
  const context = createContext(config, dependencies, { invokedFunctionArn, getRemainingTimeInMillis: () => 900_000 });
  return { context, lines, start: clock.now() };
}

describe('the context of a call', () => {
  it('ends every wait 45 seconds before Lambda ends the call, and a minute earlier if late keys are to be looked for', () => {
    const { context, start } = setUp();
    expect(context.end - start).toBe(855_000);
    expect(beforeLateKeys(context).end - start).toBe(795_000);
  });

  it('knows the function without the alias that it was called by', () => {
    expect(setUp().context.functionArn).toBe('arn:aws:lambda:eu-west-1:111122223333:function:rotation');
  });

  it('writes the secret and the step into every line of its log', () => {
    const { context, lines } = setUp();
    inStep(context, 'createSecret', 'v1').log.info('hello');
    inStep(inStep(context, 'createSecret', 'v1'), 'deleteKeys').log.info('hello');
    expect(lines).toEqual([
      '{"level":"INFO","secretArn":"arn:secret","versionId":"v1","step":"createSecret","message":"hello"}',
      '{"level":"INFO","secretArn":"arn:secret","step":"deleteKeys","message":"hello"}',
    ]);
  });

  it('can be had for another user and secret, with all else as it is', () => {
    const { context, lines } = setUp();
    const user = { name: 'former', owned: false };
    const former = forCredential(inStep(context, 'deleteKeys'), { secretArn: 'arn:former', user });
    expect(former.config).toEqual({ ...config, secretArn: 'arn:former', user });
    expect(former.keys.userName).toBe('former');
    expect(former.end).toBe(context.end);
    former.log.warn('hello');
    expect(lines).toEqual(['{"level":"WARN","secretArn":"arn:former","step":"deleteKeys","message":"hello"}']);
    expect(context.keys.userName).toBe('newsletter');
  });
});
