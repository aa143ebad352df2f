import { Token } from 'aws-cdk-lib';
import * as ses from 'aws-cdk-lib/aws-ses';
import { isOfIdentities, namesOf } from './sender-addresses';
import { mayMatch } from './string-like';
import { TestMessage } from '../../test-message';
import { checkNotation, quoted } from '../notation';
import { TestMessageConfig } from '../rotation-contract';

/** @see https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html */
const MAILBOX_SIMULATOR = 'success@simulator.amazonses.com';
const ADDRESS = /^[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/;

/** Throws on a message that SES cannot accept from the identities. */
export function validateTestMessage({ from, to }: TestMessage, identities: ses.IEmailIdentity[], fromAddresses: string[] | undefined): void {
  checkAddress('testMessage.from', from);
  checkAddress('testMessage.to', to);
  if (Token.isUnresolved(from)) return;
  if (!isOfIdentities(from, identities)) {
    throw new Error(`testMessage.from must belong to one of the identities, got ${quoted(from)} and the identities ${namesOf(identities).join(', ')}; correct it, or add its identity`);
  }
  if (fromAddresses && !fromAddresses.some(pattern => mayMatch(pattern, from))) {
    throw new Error(`testMessage.from must match one of the fromAddresses, which are case-sensitive, got ${quoted(from)} and the fromAddresses ${fromAddresses.join(', ')}`);
  }
}

/** The message in the function's configuration. */
export function testMessageConfig({ from, to = MAILBOX_SIMULATOR }: TestMessage): TestMessageConfig {
  return { from, to };
}

function checkAddress(prop: string, address: string | undefined): void {
  checkNotation(prop, address, ADDRESS, 'an email address in ASCII without a name, such as news@example.com');
}
