import { nameOf, Proof, proofError, tryUntilAccepted } from './endpoint-proof';
import { accountsIn } from './endpoints';
import { testMessage } from './test-message';
import { EndpointConfig } from '../../src/private/rotation-contract';
import { SecretVersion } from '../aws/secret-versions';
import { RotationError } from '../basics/errors';
import { Context } from '../context';
import { Message } from '../smtp/message';

/** Sends a message through every endpoint, if a test message is configured. A login does not prove the permission to send. */
export async function proveSending(context: Context, version: SecretVersion): Promise<void> {
  const { clock, config, sendAt } = context;
  if (!config.testMessage) return;
  for (const { credential, endpoint } of accountsIn(version, config)) {
    const send = sendAt(endpoint);
    const message = testMessage(config.testMessage, endpoint, version.id, clock.now());
    const proof: Proof = { subject: 'test message', attempt: async () => send(credential, message), accessKeyId: credential.username, endpoint };
    const result = await tryUntilAccepted(context, proof, 1);
    if (result.outcome === 'denied') throw denial(result.reply, endpoint, message);
    if (result.outcome !== 'accepted') throw proofError(result, proof);
  }
}

function denial(reply: string, endpoint: EndpointConfig, { from, to }: Message): RotationError {
  return new RotationError(`${nameOf(endpoint)} accepted the login, but not the message from ${from} to ${to}: ${reply}; ${remedyFor(reply, endpoint)}`, '554');
}

/** @see https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html */
function remedyFor(reply: string, { region }: EndpointConfig): string {
  const [, resource] = /\bon resource\W+(arn:[^\s'"`]+)/.exec(reply) ?? [];
  if (resource) {
    return `the credential may not use ${resource}: add it to identities or configurationSets, check fromAddresses, allowedSourceIps and denying policies, and rotate again`;
  }
  return /not verified/i.test(reply) ? `verify the identity in ${region}, or leave the SES sandbox there, and rotate again` : 'fix what the reply names, and rotate again';
}
