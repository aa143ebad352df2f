/** A refusal, as an AWS service words it. */
export class AwsError extends Error {
  constructor(public readonly code: string, message: string, public readonly status = 400) {
    super(message);
    this.name = code;
  }
}

/** The network's failure, not the service's: the caller gets no answer. Interceptors throw it. */
export class ConnectionLost extends Error {
  /** By this code the SDK knows that the request may be sent again. */
  public readonly code = 'ECONNRESET';

  constructor(message = 'socket hang up') {
    super(message);
    this.name = 'ConnectionLost';
  }
}
