import { describe, expect, it } from 'vitest';
import { Log } from '../../../lambda-src/basics/log';

const CONTEXT = { secretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:smtp-AbCdEf', versionId: 'v1', step: 'createSecret' };

function logged(write: (log: Log) => void): unknown[] {
  const lines: string[] = [];
  write(new Log(CONTEXT, line => lines.push(line)));
  expect(lines.join('')).not.toContain('\n');
  return lines.map(line => JSON.parse(line) as unknown);
}

describe('the log', () => {
  it.each(['info', 'warn', 'error'] as const)('writes a line of level %s with the rotation, the message and the details', level => {
    expect(logged(log => log[level]('access key created', { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', attempts: 3 }))).toEqual([
      { level: level.toUpperCase(), ...CONTEXT, message: 'access key created', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', attempts: 3 },
    ]);
  });

  it.each(['info', 'warn', 'error'] as const)('needs no details for a line of level %s', level => {
    expect(logged(log => log[level]('step started'))).toEqual([{ level: level.toUpperCase(), ...CONTEXT, message: 'step started' }]);
  });

  it('keeps a message of several lines on one', () => {
    expect(logged(log => log.error('failed', { error: 'first\r\nsecond' }))).toMatchObject([{ error: 'first\r\nsecond' }]);
  });
});
