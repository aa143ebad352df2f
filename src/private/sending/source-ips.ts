import { isIP } from 'net';
import { Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { TestMessage } from '../../test-message';
import { quoted } from '../notation';

/** The longest prefix of a range, by the version of IP. */
const LONGEST_PREFIX: Record<number, number> = { 4: 32, 6: 128 };
const PRIVATE = /^(10|192\.168|172\.(1[6-9]|2\d|3[01]))\./;

/** Where a credential may send from, and what sends here. */
interface SourceProps {
  readonly allowedSourceIps?: string[];
  readonly testMessage?: TestMessage;
  readonly vpc?: ec2.IVpc;
}

/** Throws on addresses that no request to SES can have, and on a test message from an address that nobody knows. */
export function validateSourceIps({ allowedSourceIps, testMessage, vpc }: SourceProps): void {
  if (!allowedSourceIps) return;
  if (allowedSourceIps.length === 0) throw new Error('allowedSourceIps must name at least one address, got none; leave it out to allow all');
  const known = allowedSourceIps.filter(address => !Token.isUnresolved(address));
  const unlike = known.find(address => !isRange(address));
  if (unlike !== undefined) {
    throw new Error(`allowedSourceIps must be IP addresses or CIDR ranges that limit something, such as 192.0.2.10 or 192.0.2.0/24, got ${quoted(unlike)}; leave allowedSourceIps out to allow all`);
  }
  const hidden = known.find(address => PRIVATE.test(address));
  if (hidden !== undefined) {
    throw new Error(`allowedSourceIps must be public addresses, because SES sees those, got ${quoted(hidden)}; name the address of the NAT gateway`);
  }
  if (testMessage && !vpc) {
    throw new Error('testMessage must be sent from one of the allowedSourceIps, got a function without vpc, whose address is not known; '
      + 'set vpc, and add the address of its NAT gateway to allowedSourceIps, or leave testMessage out');
  }
}

/** Whether it is an address, or a range that leaves some addresses out. */
function isRange(text: string): boolean {
  const [address, prefix = '1', ...others] = text.split('/');
  const longest = LONGEST_PREFIX[isIP(address)];
  return longest !== undefined && others.length === 0 && /^[1-9]\d*$/.test(prefix) && Number(prefix) <= longest;
}
