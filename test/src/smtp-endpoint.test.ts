import { App, CfnParameter, Lazy, Stack } from 'aws-cdk-lib';
import { beforeEach, describe, expect, it } from 'vitest';
import { SmtpEndpoint } from '../../src';

let stack: Stack;

beforeEach(() => {
  stack = new Stack(new App(), 'Stack', { env: { region: 'eu-west-1' } });
});

function bind(endpoint: SmtpEndpoint): unknown {
  return stack.resolve(endpoint._bind(stack));
}

function hostIn(region: string, prefix = 'email-smtp'): unknown {
  return { 'Fn::Join': ['', [`${prefix}.${region}.`, { Ref: 'AWS::URLSuffix' }]] };
}

describe('a regional endpoint', () => {
  it('is in the region of the stack, with STARTTLS on port 587', () => {
    expect(bind(SmtpEndpoint.regional())).toEqual({ host: hostIn('eu-west-1'), port: 587, region: 'eu-west-1', implicitTls: false });
  });

  it('may be in another region', () => {
    expect(bind(SmtpEndpoint.regional({ region: 'us-east-2' }))).toMatchObject({ host: hostIn('us-east-2'), region: 'us-east-2' });
  });

  it('may be a FIPS 140 endpoint', () => {
    expect(bind(SmtpEndpoint.regional({ fips: true }))).toMatchObject({ host: hostIn('eu-west-1', 'email-smtp-fips') });
  });

  it.each([465, 2465])('starts with TLS on port %i', port => {
    expect(bind(SmtpEndpoint.regional({ port }))).toMatchObject({ port, implicitTls: true });
  });

  it.each([25, 587, 2587])('starts TLS later on port %i', port => {
    expect(bind(SmtpEndpoint.regional({ port }))).toMatchObject({ port, implicitTls: false });
  });

  it.each([0, 26, 2525, 587.5, NaN])('fails on port %d, which SES does not listen on', port => {
    expect(() => SmtpEndpoint.regional({ port }))
      .toThrow(`endpoint port must be one of 25, 465, 587, 2465, 2587, got ${port}; SES listens on no other port`);
  });

  it('takes a region and a port that only the deployment knows', () => {
    const region = new CfnParameter(stack, 'SesRegion').valueAsString;
    const port = new CfnParameter(stack, 'SesPort', { type: 'Number' }).valueAsNumber;
    expect(bind(SmtpEndpoint.regional({ region, port }))).toEqual({
      host: { 'Fn::Join': ['', ['email-smtp.', { Ref: 'SesRegion' }, '.', { Ref: 'AWS::URLSuffix' }]] },
      port: { Ref: 'SesPort' },
      region: { Ref: 'SesRegion' },
      implicitTls: false,
    });
  });
});

describe('a custom endpoint', () => {
  it('is the host, for the region of the stack, with STARTTLS on port 587', () => {
    expect(bind(SmtpEndpoint.custom({ host: 'relay.example.com' })))
      .toEqual({ host: 'relay.example.com', port: 587, region: 'eu-west-1', implicitTls: false });
  });

  it('may stand for another region', () => {
    expect(bind(SmtpEndpoint.custom({ host: 'localhost', region: 'us-east-2' }))).toMatchObject({ region: 'us-east-2' });
  });

  it.each([
    { port: 465, implicitTls: undefined, expected: true },
    { port: 2465, implicitTls: undefined, expected: true },
    { port: 1025, implicitTls: undefined, expected: false },
    { port: 1025, implicitTls: true, expected: true },
    { port: 465, implicitTls: false, expected: false },
  ])('with implicitTls $implicitTls on port $port has implicitTls $expected', ({ port, implicitTls, expected }) => {
    expect(bind(SmtpEndpoint.custom({ host: 'a', port, implicitTls }))).toMatchObject({ port, implicitTls: expected });
  });

  it.each(['', 'smtp://relay', 'relay:25', '[relay]', 'relay.', '-relay', 'two relays', "relay'"])('fails on the host "%s"', host => {
    expect(() => SmtpEndpoint.custom({ host })).toThrow(`endpoint host must be a host name without scheme, brackets and port, got '${host}'`);
  });

  it.each([0, -1, 1.5, 65536, NaN])('fails on port %d', port => {
    expect(() => SmtpEndpoint.custom({ host: 'relay', port })).toThrow(`endpoint port must be an integer from 1 to 65535, got ${port}`);
  });

  it.each([1, 65535])('takes port %i', port => {
    expect(bind(SmtpEndpoint.custom({ host: 'relay', port }))).toMatchObject({ port });
  });

  it('takes a host and a port that are not known yet', () => {
    const endpoint = SmtpEndpoint.custom({ host: Lazy.string({ produce: () => 'relay' }), port: Lazy.number({ produce: () => 1025 }) });
    expect(bind(endpoint)).toEqual({ host: 'relay', port: 1025, region: 'eu-west-1', implicitTls: false });
  });
});
