import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets } from '../../../src';
import { leaksIn } from '../../reliability/leaks';
import { failsWith, NodeBehaviour } from '../../world/nodes';
import { failureOf, Scenario, withFleet } from '../scenario';

interface Login {
  readonly username: string;
  readonly password: string;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

const FORMS: [string, (login: Login) => string][] = [
  ['as it is', ({ password }) => password],
  ['as in AUTH LOGIN', ({ password }) => base64(password)],
  ['as in AUTH PLAIN', ({ username, password }) => base64(`\0${username}\0${password}`)],
  ['as in a URL', ({ username, password }) => `smtp://${username}:${encodeURIComponent(password)}@email-smtp.eu-west-1.amazonaws.com`],
];

describe('a server that says why it did not take the credential, and repeats the password', () => {
  it.each(FORMS)('%s, does not put it into the log or the error', async (_form, write) => {
    const scenario = new Scenario({ props: withFleet({ document: CredentialDocument.shellScript('true') }, MailServerTargets.tag('EmailServers', 'True')) });
    const behaviour: NodeBehaviour = async (execution, node) =>
      failsWith(`SES_SMTP_CREDENTIAL_FAILED the relay says: 501 Syntax error: ${write(scenario.value('AWSPENDING') as unknown as Login)}`)(execution, node);
    scenario.addNode('i-00000001', behaviour);
    const error = failureOf(await scenario.rotate());
    expect(error?.message).toContain('i-00000001 (Failed');
    expect(leaksIn([inspect(error, { depth: 10 }), ...scenario.logs].join('\n'), scenario.world, [scenario.world.region])).toEqual([]);
  });
});
