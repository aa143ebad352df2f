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
/** @see https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateTenant.html */
const TENANT_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** What a message must fit. */
interface Permissions {
  readonly identities: ses.IEmailIdentity[];
  readonly configurationSets?: ses.IConfigurationSet[];
  readonly fromAddresses?: string[];
}

/** Throws on a message that SES cannot accept from the identities. */
export function validateTestMessage({ configurationSet, recipient, sender, tenantName }: TestMessage, permissions: Permissions): void {
  checkAddress('testMessage.sender', sender);
  checkAddress('testMessage.recipient', recipient);
  checkNotation('testMessage.tenantName', tenantName, TENANT_NAME, '1 to 64 letters, digits, "_" and "-"', 'use the name of a tenant');
  checkSender(sender, permissions);
  if (configurationSet) checkSet(configurationSet.configurationSetName, permissions);
}

function checkSender(sender: string, { fromAddresses, identities }: Permissions): void {
  if (Token.isUnresolved(sender)) return;
  if (!isOfIdentities(sender, identities)) {
    throw new Error(`testMessage.sender must belong to one of the identities, got ${quoted(sender)} and the identities ${namesOf(identities).join(', ')}; correct it, or add its identity`);
  }
  if (fromAddresses && !Token.isUnresolved(fromAddresses) && !fromAddresses.some(pattern => mayMatch(pattern, sender))) {
    throw new Error(`testMessage.sender must match one of the fromAddresses, which are case-sensitive, got ${quoted(sender)} and the fromAddresses ${fromAddresses.join(', ')}; correct it, or add it to fromAddresses`);
  }
}

/** A name that is known only at deployment can be any name. */
function checkSet(name: string, { configurationSets = [] }: Permissions): void {
  const allowed = configurationSets.map(({ configurationSetName }) => configurationSetName);
  if (allowed.includes(name) || allowed.length > 0 && [name, ...allowed].some(candidate => Token.isUnresolved(candidate))) return;
  throw new Error(`testMessage.configurationSet must be one of the configurationSets, got ${quoted(name)} and ${allowed.length === 0 ? 'none' : allowed.join(', ')}; add it to configurationSets`);
}

/** The message in the function's configuration. */
export function testMessageConfig({ configurationSet, recipient = MAILBOX_SIMULATOR, sender, tenantName }: TestMessage): TestMessageConfig {
  return { from: sender, to: recipient, configurationSet: configurationSet?.configurationSetName, tenant: tenantName };
}

function checkAddress(prop: string, address: string | undefined): void {
  checkNotation(prop, address, ADDRESS, 'an email address in ASCII without a name, such as news@example.com', 'write the address alone');
}
