import { ApiCall, AwsError, ConnectionLost, Random } from '../world';

/** Requests for one call, as lambda-src/aws/clients.ts sets it. */
export const SDK_ATTEMPTS = 4;

export interface SdkClientOptions {
  readonly attempts: number;
  readonly random: Random;
}

type Command = { readonly constructor: { readonly name: string }; readonly input: ApiCall['input'] };

/** A client that sends commands as the SDK's does, with its retries but not its serialization: the steps' own tests go through that. */
export function sdkClient<Client>({ attempts, random }: SdkClientOptions, perform: (action: string, input: ApiCall['input']) => Promise<unknown>): Client {
  const send = async (command: Command) => {
    const action = command.constructor.name.replace(/Command$/, '');
    // As the SDK does.
    const token = action === 'RotateSecret' && { ClientRequestToken: random.uuid() };
    for (let attempt = 1; ; attempt++) {
      try {
        return await perform(action, { ...command.input, ...token });
      } catch (error) {
        if (attempt === attempts || !isTransient(error as Error)) throw error;
      }
    }
  };
  return { send } as Client;
}

function isTransient(error: Error): boolean {
  return error instanceof ConnectionLost || error.name === 'TimeoutError'
    || (error instanceof AwsError && (error.status >= 500 || error.code.startsWith('Throttling')));
}
