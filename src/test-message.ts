import * as ses from 'aws-cdk-lib/aws-ses';

/** A message that proves the permission to send. */
export interface TestMessage {
  /**
   * The sender: an email address in ASCII, without a name.
   *
   * One of the `identities` must cover it, and `fromAddresses` must allow it.
   */
  readonly sender: string;

  /**
   * The recipient: an email address in ASCII, without a name.
   *
   * The default is SES's mailbox simulator, which accepts messages from accounts in the sandbox too. Anyone else gets a
   * real message at every rotation: one for each endpoint, two if there are mail servers, and more if SES is slow to
   * accept it.
   *
   * @see https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html
   * @default 'success@simulator.amazonses.com'
   */
  readonly recipient?: string;

  /**
   * The configuration set that the message uses, one of the `configurationSets`.
   *
   * Its name goes into the header `X-SES-CONFIGURATION-SET`. So the message also proves that your messages may use the
   * set, in every Region.
   *
   * @see https://docs.aws.amazon.com/ses/latest/dg/using-configuration-sets-in-email.html
   * @default - none: SES uses the default set of the sender's identity, if it has one
   */
  readonly configurationSet?: ses.IConfigurationSet;

  /**
   * The tenant that the message is sent for: 1 to 64 letters, digits, `_` and `-`.
   *
   * It goes into the header `X-SES-TENANT`. SES accepts the message only if the tenant may send, and is associated with
   * the identity and with the configuration set. The tenant must exist in every Region.
   *
   * @see https://docs.aws.amazon.com/ses/latest/dg/tenants.html
   * @default - none
   */
  readonly tenantName?: string;
}
