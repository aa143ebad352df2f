import { Token } from 'aws-cdk-lib';
import * as ses from 'aws-cdk-lib/aws-ses';
import { checkNotation } from './private/notation';
import { TestMessageConfig } from './private/rotation-contract';
import { isOfIdentities, namesOf } from './private/sender-addresses';
import { mayMatch } from './private/string-like';

/** @see https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html */
const MAILBOX_SIMULATOR = 'success@simulator.amazonses.com';
const ADDRESS = /^[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/;

/** A message that proves that a credential may send. */
export interface TestMessage {
  /**
   * The sender: an e-mail address in ASCII, without a name, that one of the `identities` stands for and `fromAddresses` allows.
   * In Python, it is spelled `from_`.
   */
  readonly from: string;

  /**
   * The recipient: an e-mail address in ASCII, without a name. Somebody else than the mailbox simulator gets a real message at
   * every rotation, one for each endpoint, two if there are mail servers, and more if SES is slow to take it.
   *
   * @see https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html
   * @default 'success@simulator.amazonses.com', SES's mailbox simulator, which takes messages from accounts in the sandbox as well
   */
  readonly to?: string;
}

/**
 * Throws on a message that SES cannot take from the identities.
 *
 * @internal
 */
export function validateTestMessage({ from, to }: TestMessage, identities: ses.IEmailIdentity[], fromAddresses: string[] | undefined): void {
  checkAddress('testMessage.from', from);
  checkAddress('testMessage.to', to);
  if (Token.isUnresolved(from)) return;
  if (!isOfIdentities(from, identities)) {
    throw new Error(`testMessage.from must be an address of one of the identities, got '${from}' and ${namesOf(identities).join(', ')}`);
  }
  if (fromAddresses && !fromAddresses.some(pattern => mayMatch(pattern, from))) {
    throw new Error(`testMessage.from must be one of the fromAddresses, which are case-sensitive, got '${from}' and ${fromAddresses.join(', ')}`);
  }
}

/**
 * The message as the function is told of it.
 *
 * @internal
 */
export function testMessageConfig({ from, to = MAILBOX_SIMULATOR }: TestMessage): TestMessageConfig {
  return { from, to };
}

function checkAddress(prop: string, address: string | undefined): void {
  checkNotation(prop, address, ADDRESS, 'an e-mail address in ASCII without a name, such as news@example.com');
}
