import { describe, expect, it } from 'vitest';
import { MailServerTargets, CredentialDocument, SesSmtpCredentialRotationProps } from '../../../src';
import { CONFIG_VARIABLE, RotationConfig } from '../../../src/private/rotation-contract';
import { SesSmtp } from '../../world/services/ses-smtp';
import { failureOf, Scenario } from '../scenario';

const IRELAND = 'eu-west-1';
const FRANKFURT = 'eu-central-1';
const TARGETS = MailServerTargets.tag('EmailServers', 'True');

function inTwoRegions(props: Partial<SesSmtpCredentialRotationProps> = {}): Scenario {
  return new Scenario({ props: () => ({ additionalRegions: [FRANKFURT], ...props }) });
}

function inOneRegion(): Scenario {
  return new Scenario();
}

function reconfigure(scenario: Scenario, change: Partial<RotationConfig>): void {
  scenario.fn.environment[CONFIG_VARIABLE] = JSON.stringify({ ...scenario.config, ...change });
}

/** What a later deployment with the additional region configures. */
function addFrankfurt(scenario: Scenario): void {
  reconfigure(scenario, { additionalEndpoints: inTwoRegions().config.additionalEndpoints });
}

/** Lets the endpoint of a region refuse everybody. */
function closeRegion(ses: SesSmtp, closed: string): void {
  const login = ses.login.bind(ses);
  ses.login = (username, password, { region }) =>
    region === closed ? { ok: false, code: 535, message: 'Authentication Credentials Invalid' } : login(username, password, { region });
}

describe('a credential for several regions', () => {
  it('logs in at each endpoint with a password of its own, by the same key', async () => {
    const scenario = inTwoRegions();
    await scenario.rotateWell();
    const { username, password, 'password_eu-central-1': frankfurt } = scenario.current as Record<string, string>;
    expect(scenario.keys).toEqual([username]);
    expect(scenario.ses.login(username, password, { region: IRELAND }).ok).toBe(true);
    expect(scenario.ses.login(username, frankfurt, { region: FRANKFURT }).ok).toBe(true);
    expect(scenario.current['host_eu-central-1']).toBe('email-smtp.eu-central-1.amazonaws.com');
  });

  it('is proved three times in a row at every endpoint before a server is told of it, and once more afterwards', async () => {
    const scenario = inTwoRegions({ mailServers: [{ targets: TARGETS, document: CredentialDocument.postfix() }] });
    const apply = scenario.applies();
    let before = 0;
    scenario.addNode('i-00000001', (...call) => {
      before = scenario.ses.logins.length;
      return apply(...call);
    });
    await scenario.rotateWell();
    const regions = scenario.ses.logins.map(({ region }) => region);
    expect(regions.slice(0, before)).toEqual([IRELAND, IRELAND, IRELAND, FRANKFURT, FRANKFURT, FRANKFURT]);
    expect(regions.slice(before)).toEqual([IRELAND, FRANKFURT]);
  });

  it('is neither handed out nor promoted while one of the endpoints refuses it, which the error names', async () => {
    const scenario = inTwoRegions({ mailServers: [{ targets: TARGETS, document: CredentialDocument.postfix() }] });
    const node = scenario.addNode('i-00000001');
    await scenario.rotateWell();
    const held = node.heldCredential;
    const { username } = scenario.current;
    closeRegion(scenario.ses, FRANKFURT);
    const error = failureOf(await scenario.rotate());
    expect(error?.message).toMatch(/^setSecret: email-smtp\.eu-central-1\.amazonaws\.com:587 refused the login of access key AKIA/);
    expect([scenario.current.username, node.heldCredential]).toEqual([username, held]);
  });

  it('is looked after at every endpoint', async () => {
    const scenario = inTwoRegions();
    await scenario.rotateWell();
    await scenario.watch();
    expect(scenario.ses.logins.slice(-2).map(({ region }) => region)).toEqual([IRELAND, FRANKFURT]);
    closeRegion(scenario.ses, FRANKFURT);
    await expect(scenario.watch()).rejects.toThrow('watchdog: email-smtp.eu-central-1.amazonaws.com:587 refused the login of access key');
  });

  it('shows in the log which endpoint took it', async () => {
    const scenario = inTwoRegions();
    await scenario.rotateWell();
    const accepted = scenario.logs.map(line => JSON.parse(line) as Record<string, unknown>).filter(({ message }) => message === 'login accepted');
    expect(accepted.map(({ endpoint, step }) => [step, endpoint])).toEqual(['setSecret', 'testSecret'].flatMap(step =>
      [IRELAND, FRANKFURT].map(region => [step, `email-smtp.${region}.amazonaws.com:587`])));
  });
});

describe('a region that was added', () => {
  it('is reported by the watchdog, which tests the others, until the next rotation', async () => {
    const scenario = inOneRegion();
    await scenario.rotateWell();
    addFrankfurt(scenario);
    await scenario.watch();
    expect(scenario.logs.join()).toContain('the current credential was not made for eu-central-1: the next rotation makes one that is');
    expect(scenario.ses.logins.at(-1)).toMatchObject({ region: IRELAND, code: 235 });
    await scenario.rotateWell();
    expect(scenario.current).toHaveProperty('password_eu-central-1');
  });

  it('makes a rotation that is under way give its credential up', async () => {
    const scenario = inOneRegion();
    await scenario.rotateWell();
    const { username } = scenario.current;
    scenario.ses.setFaults({ temporaryFailure: () => true });
    const { token } = await scenario.rotate({ maxAttempts: 1 });
    scenario.ses.setFaults({});
    addFrankfurt(scenario);
    await expect(scenario.invoke('setSecret', token)).rejects.toThrow(`setSecret: version ${token} was not made for eu-central-1; wait for the retry, which abandons it, then rotate again`);
    await expect(scenario.invoke('createSecret', token)).rejects.toThrow('it was not made for eu-central-1; rotate again: the next rotation starts clean');
    expect(scenario.keys).toEqual([username]);
    await scenario.rotateWell();
    expect(scenario.current).toHaveProperty('password_eu-central-1');
  });

  it('does not keep servers from getting the current credential, which has no password for it', async () => {
    const fleet = { targets: TARGETS, document: CredentialDocument.postfix() };
    const scenario = new Scenario({ props: () => ({ mailServers: [fleet] }) });
    const node = scenario.addNode('i-00000001');
    for (let rotation = 1; rotation <= 2; rotation++) await scenario.rotateWell();
    const secret = scenario.world.secretsManager.secret(scenario.secretArn);
    const [previous] = [...secret.versions.values()].filter(({ labels }) => labels.has('AWSPREVIOUS'));
    scenario.world.secretsManager.moveLabel(secret, `SES_SMTP_DELIVERED_${previous.id}`, { to: previous.id });
    addFrankfurt(scenario);
    await scenario.rotateWell();
    expect(scenario.logs.join()).toContain('they get the current one first');
    expect(node.heldCredential?.username).toBe(scenario.current.username);
  });
});

describe('a move to another region', () => {
  /** Whether the password in a field works in a region. */
  function works(scenario: Scenario, field: string, region: string): boolean {
    const value = scenario.current as Record<string, string>;
    return scenario.ses.login(value.username, value[field] ?? '', { region }).ok;
  }

  it('leaves no gap: every stage has both passwords under the names of their regions, and one that is the endpoint\'s', async () => {
    const scenario = inOneRegion();
    await scenario.rotateWell();
    const { endpoint } = scenario.config;
    const [frankfurt] = inTwoRegions().config.additionalEndpoints ?? [];
    const expectBoth = async () => {
      for (const region of [IRELAND, FRANKFURT]) expect(works(scenario, `password_${region}`, region)).toBe(true);
      expect(works(scenario, 'password', String(scenario.current.region))).toBe(true);
      await scenario.watch();
    };

    reconfigure(scenario, { additionalEndpoints: [frankfurt] });
    expect(works(scenario, 'password', IRELAND)).toBe(true);
    await scenario.rotateWell();
    await expectBoth();

    reconfigure(scenario, { endpoint: frankfurt, additionalEndpoints: [endpoint] });
    await expectBoth();
    await scenario.rotateWell();
    await expectBoth();
    expect(scenario.current).toMatchObject({ 'region': FRANKFURT, 'host': frankfurt.host, 'host_eu-west-1': endpoint.host });

    reconfigure(scenario, { additionalEndpoints: undefined });
    await expectBoth();
    await scenario.rotateWell();
    expect(works(scenario, 'password', FRANKFURT)).toBe(true);
    expect(Object.keys(scenario.current)).toEqual(['username', 'password', 'host', 'port', 'region']);
  });
});
