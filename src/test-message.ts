/** A message that proves the permission to send. */
export interface TestMessage {
  /**
   * The sender: an email address in ASCII, without a name.
   *
   * One of the `identities` must cover it, and `fromAddresses` must allow it.
   */
  readonly from: string;

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
  readonly to?: string;
}
