import * as ses from 'aws-cdk-lib/aws-ses';
import { describe, expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets, SesSmtpCredentialRotationProps } from '../../../src';
import { MailResult } from '../../world/services/ses-smtp';
import { afterStep, failureOf, Scenario, withFleet } from '../scenario';

const FROM = 'news@example.com';
const TO = 'success@simulator.amazonses.com';

function sending(props: Partial<SesSmtpCredentialRotationProps> = {}): Scenario {
  return new Scenario({ props: () => ({ testMessage: { sender: FROM }, ...props }) });
}

function sendingServer(): Scenario {
  const fleet = withFleet({ document: CredentialDocument.postfix() }, MailServerTargets.tag('EmailServers', 'True'));
  const scenario = sending(fleet());
  scenario.addNode('i-00000001');
  return scenario;
}

/** Lets SES refuse messages for so many seconds, or for ever. */
function refuseMail(scenario: Scenario, message: string, seconds = Infinity): void {
  const accept = scenario.ses.accept.bind(scenario.ses);
  const until = scenario.clock.now() + seconds * 1000;
  scenario.ses.accept = (mail): MailResult => scenario.clock.now() < until ? { ok: false, code: 554, message } : accept(mail);
}

describe('the test message', () => {
  it('is sent with the new credential, before it is promoted', async () => {
    const scenario = sending();
    const { token } = await scenario.rotate();
    const { username } = scenario.current;
    expect(scenario.ses.accepted).toMatchObject([{ username, from: FROM, to: [TO], region: 'eu-west-1' }]);
    expect(scenario.ses.accepted[0].raw).toContain(`Message-ID: <${token}.eu-west-1@example.com>`);
    const messages = scenario.logs.map(line => (JSON.parse(line) as { message: string }).message);
    expect(messages.indexOf('test message accepted')).toBeLessThan(messages.indexOf('credential promoted'));
  });

  it('is sent through every endpoint', async () => {
    const scenario = sending({ additionalRegions: ['eu-central-1'] });
    await scenario.rotateWell();
    expect(scenario.ses.accepted.map(({ region }) => region)).toEqual(['eu-west-1', 'eu-central-1']);
  });

  it('is sent before a mail server has the credential, and once more when all have it', async () => {
    const scenario = sendingServer();
    await scenario.rotateWell();
    const steps = scenario.logs.map(line => JSON.parse(line) as { step: string; message: string });
    const story = steps.filter(({ message }) => ['test message accepted', 'command sent'].includes(message)).map(({ message, step }) => `${step}: ${message}`);
    expect(story).toEqual(['setSecret: test message accepted', 'setSecret: command sent', 'testSecret: test message accepted']);
  });

  it('is not sent by a mere test of the configuration, nor by the watchdog', async () => {
    const scenario = sending();
    await scenario.rotateWell();
    await scenario.rotateWell({ immediately: false });
    await scenario.watch();
    expect(scenario.ses.accepted).toHaveLength(1);
  });

  it('is sent again while a new policy is not in force everywhere', async () => {
    const scenario = sending();
    refuseMail(scenario, 'Access denied: not yet', 120);
    await scenario.rotateWell();
    expect(scenario.ses.accepted).toHaveLength(1);
    const [first] = scenario.logs.filter(line => line.includes('test message not accepted yet'));
    expect(JSON.parse(first)).toMatchObject({ step: 'testSecret', endpoint: 'email-smtp.eu-west-1.amazonaws.com:587', error: '554 Access denied: not yet' });
  });
});

describe('a message with a configuration set', () => {
  const inSet = (): Scenario => new Scenario({
    props: stack => {
      const configurationSet = ses.ConfigurationSet.fromConfigurationSetName(stack, 'Tracking', 'tracking');
      return { configurationSets: [configurationSet], testMessage: { sender: FROM, configurationSet, tenantName: 'shop' } };
    },
  });

  it('proves that the credential may use the set', async () => {
    const scenario = inSet();
    await scenario.rotateWell();
    expect(scenario.ses.accepted.map(({ raw }) => raw)).toEqual([expect.stringMatching(/^X-SES-CONFIGURATION-SET: tracking\r\nX-SES-TENANT: shop\r$/m)]);
  });

  it('fails the rotation if the credential may not, and names the set', async () => {
    const scenario = inSet();
    const { maySend } = scenario.world;
    scenario.world.maySend = (user, from, options) => options?.configurationSet === undefined && maySend.call(scenario.world, user, from, options);
    expect(failureOf(await scenario.rotate({ maxAttempts: 1 }))?.message)
      .toContain('the credential may not use arn:aws:ses:eu-west-1:111122223333:configuration-set/tracking: add it to identities or configurationSets');
  });
});

describe('a message that SES does not take', () => {
  it('keeps the credential from the mail servers, which would give their messages back', async () => {
    const scenario = sendingServer();
    refuseMail(scenario, 'Access denied');
    expect(failureOf(await scenario.rotate())?.message).toMatch(/^setSecret: .* accepted the login, but not the message/);
    expect(scenario.actions).not.toContain('SendCommand');
  });

  it('fails the rotation after five minutes, and names the identity that is missing', async () => {
    const scenario = sending();
    await scenario.rotateWell();
    const { username } = scenario.current;
    scenario.world.maySend = () => false;
    const start = scenario.clock.now();
    const error = failureOf(await scenario.rotate({ maxAttempts: 1 }));
    const identity = 'arn:aws:ses:eu-west-1:111122223333:identity/example.com';
    expect(error?.message).toBe(`testSecret: email-smtp.eu-west-1.amazonaws.com:587 accepted the login, but not the message from ${FROM} to ${TO}: `
      + `554 Access denied: User \`arn:aws:iam::111122223333:user/${scenario.userName}' is not authorized to perform \`ses:SendRawEmail' on resource \`${identity}'; `
      + `the credential may not use ${identity}: add it to identities or configurationSets, check fromAddresses, allowedSourceIps and denying policies, and rotate again${afterStep('554')}`);
    expect((scenario.clock.now() - start) / 1000).toBeGreaterThan(280);
    expect((scenario.clock.now() - start) / 1000).toBeLessThan(320);
    expect(scenario.current.username).toBe(username);
  });

  it.each([
    ['Message rejected: Email address is not verified. The following identities failed the check in region EU-WEST-1: news@example.com',
      'verify the identity in eu-west-1, or leave the SES sandbox there, and rotate again'],
    ['Message rejected: Sending paused for this account.', 'fix what the reply names, and rotate again'],
  ])('says what to do: %s', async (reply, remedy) => {
    const scenario = sending();
    refuseMail(scenario, reply);
    expect(failureOf(await scenario.rotate({ maxAttempts: 1 }))?.message).toContain(`: 554 ${reply}; ${remedy}; `);
  });

  it('is told from an endpoint that does not let the credential in any more', async () => {
    const scenario = sending();
    const { login } = scenario.ses;
    let logins = 0;
    // Three logins before servers are told, and one in testSecret.
    scenario.ses.login = (...call) => (logins += 1) > 4 ? { ok: false, code: 454, message: 'Temporary authentication failure' } : login.apply(scenario.ses, call);
    expect(failureOf(await scenario.rotate({ maxAttempts: 1 }))?.message)
      .toMatch(/^testSecret: .* did not decide on the test message of access key AKIA\w+: 454 Temporary authentication failure; wait for the next attempt, which asks again; /);
  });

  it('ends before the function does', async () => {
    const scenario = sending({ additionalRegions: ['eu-central-1', 'us-east-1', 'us-west-2'] });
    await scenario.rotateWell();
    const start = scenario.clock.now();
    const seen = new Set<string>();
    const accept = scenario.ses.accept.bind(scenario.ses);
    scenario.ses.accept = mail => {
      seen.add(mail.region);
      return scenario.clock.now() < start + (seen.size * 290_000) ? { ok: false, code: 554, message: 'Access denied' } : accept(mail);
    };
    expect(failureOf(await scenario.rotate({ maxAttempts: 1 }))?.message).toContain('accepted the login, but not the message');
    expect(scenario.clock.now() - start).toBeLessThan(900_000);
  });
});
