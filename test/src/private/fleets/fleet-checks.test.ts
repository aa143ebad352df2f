import { App, CfnParameter, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { CredentialDocument, MailServerFleet, MailServerTargets } from '../../../../src';
import { validateFleet } from '../../../../src/private/fleets/fleet-checks';
import { configOf, defineRotation } from '../../define-rotation';

const targets = MailServerTargets.tag('EmailServers', 'True');
const document = CredentialDocument.existing('Apply', { secretArnParameter: 'Secret', versionIdParameter: 'Version' });
const nodes = MailServerTargets.managedNodes('i-12345678', 'mi-0123456789abcdef0');

function validate(options: Partial<MailServerFleet>): () => void {
  return () => validateFleet({ targets, document, ...options }, 'mailServers[3]');
}

function fleetConfig(options: Partial<MailServerFleet>) {
  return configOf(defineRotation(() => ({ mailServers: [{ targets, document, ...options }] })).stack).fleets[0];
}

describe('the options of a fleet', () => {
  it('are not checked while they are not known', () => {
    const stack = new Stack(new App());
    const text = Lazy.string({ produce: () => '10%' });
    const number = new CfnParameter(stack, 'Number', { type: 'Number' }).valueAsNumber;
    expect(validate({ maxConcurrency: text, maxErrors: text, timeout: Duration.minutes(number), minimumTargets: number })).not.toThrow();
    expect(fleetConfig({
      maxConcurrency: text,
      maxErrors: text,
      timeout: Duration.seconds(Lazy.number({ produce: () => 60 })),
      minimumTargets: Lazy.number({ produce: () => 2 }),
    })).toMatchObject({ maxConcurrency: '10%', maxErrors: '10%', timeoutSeconds: 60, minimumTargets: 2 });
  });
});

describe('applyToNewServers', () => {
  it('needs targets with one tag', () => {
    expect(validate({ applyToNewServers: true, targets: MailServerTargets.tags({ Role: ['mail'] }) })).not.toThrow();
    expect(validate({ applyToNewServers: true, targets: MailServerTargets.tags({ Role: ['mail'], Env: ['prod'] }) }))
      .toThrow('mailServers[3].applyToNewServers must be used with one tag, got 2, and AWS does not document that an association needs all of them; '
        + 'give these servers one tag that says both');
  });
});

describe('maxConcurrency', () => {
  it.each(['1', '10', '1000', '1%', '10%', '99%', '100%'])('may be %s', maxConcurrency => {
    expect(validate({ maxConcurrency })).not.toThrow();
  });

  it.each(['', '0', '0%', '01', '-1', '1.5', '101%', '200%', '%', 'all', '10 %'])("fails as '%s'", maxConcurrency => {
    expect(validate({ maxConcurrency }))
      .toThrow(`mailServers[3].maxConcurrency must be a number from '1' or a percentage from '1%' to '100%', got '${maxConcurrency}'`);
  });
});

describe('maxErrors', () => {
  it.each(['0', '1', '10', '0%', '9%', '10%', '100%'])('may be %s', maxErrors => {
    expect(validate({ maxErrors })).not.toThrow();
  });

  it.each(['', '00', '-1', '0.5', '101%', '00%', 'none'])("fails as '%s'", maxErrors => {
    expect(validate({ maxErrors })).toThrow(`mailServers[3].maxErrors must be a number from '0' or a percentage from '0%' to '100%', got '${maxErrors}'`);
  });
});

describe('timeout', () => {
  it.each([Duration.seconds(30), Duration.hours(48)])('may be %s', timeout => {
    expect(validate({ timeout })).not.toThrow();
  });

  it.each([Duration.seconds(29), Duration.seconds(0), Duration.hours(49)])('fails as %s', timeout => {
    expect(validate({ timeout })).toThrow(`mailServers[3].timeout must be 30 seconds to 48 hours, got ${timeout.toHumanString()}`);
  });

  it('fails when it is no number of whole seconds', () => {
    expect(validate({ timeout: Duration.millis(30_500) })).toThrow("'30500 millis' cannot be converted into a whole number of seconds");
  });
});

describe('minimumTargets', () => {
  it.each([0, 1, 1000])('may be %i when the number of servers is not known', minimumTargets => {
    expect(validate({ minimumTargets })).not.toThrow();
  });

  it.each([-1, 0.5, NaN, Infinity])('fails as %d', minimumTargets => {
    expect(validate({ minimumTargets })).toThrow(`mailServers[3].minimumTargets must be an integer from 0, got ${minimumTargets}`);
  });

  it('may be as many as there are node ids, and fails when it is more', () => {
    expect(validate({ targets: nodes, minimumTargets: 2 })).not.toThrow();
    expect(validate({ targets: nodes, minimumTargets: 3 }))
      .toThrow('mailServers[3].minimumTargets must be an integer from 0 to 2, the number of node ids, got 3');
  });

  it('fails as a fraction of the node ids', () => {
    expect(validate({ targets: nodes, minimumTargets: 1.5 }))
      .toThrow('mailServers[3].minimumTargets must be an integer from 0 to 2, the number of node ids, got 1.5');
  });
});

describe('applyToNewServers', () => {
  it('fails with a document that takes the password from the function', () => {
    expect(validate({ applyToNewServers: true, document: CredentialDocument.existingWithCredential('Sample') }))
      .toThrow('mailServers[3].applyToNewServers must be used with a document that reads the secret, got CredentialDocument.existingWithCredential; '
        + 'use CredentialDocument.existing');
  });

  describe('with a document of your own, which gives servers the previous credential back during a rotation', () => {
    const defineWith = (gracePeriod: Duration | undefined, fleet: Partial<MailServerFleet>) => () =>
      defineRotation(() => ({ gracePeriod, mailServers: [{ targets, document, applyToNewServers: true, ...fleet }] }));

    it.each([Duration.seconds(0), Duration.minutes(59)])('fails with a grace period of less than an hour', gracePeriod => {
      expect(defineWith(gracePeriod, {})).toThrow('gracePeriod must be at least 1 hour because of mailServers[0].applyToNewServers, '
        + `got ${gracePeriod.toHumanString()}: an existing document gives servers the previous credential back during a rotation; `
        + 'use a longer grace period, or a document of this library');
    });

    it('accepts an hour, the default, and what only the deployment knows', () => {
      const token = Duration.seconds(new CfnParameter(new Stack(), 'Seconds', { type: 'Number' }).valueAsNumber);
      for (const gracePeriod of [Duration.hours(1), undefined, token]) expect(defineWith(gracePeriod, {})).not.toThrow();
    });

    it('accepts any with a document that finds the version by itself, and without an association', () => {
      expect(defineWith(Duration.seconds(0), { document: CredentialDocument.postfix() })).not.toThrow();
      expect(defineWith(Duration.seconds(0), { applyToNewServers: false })).not.toThrow();
    });
  });
});
