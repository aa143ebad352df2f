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
