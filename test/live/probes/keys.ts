import { CreateAccessKeyCommand, DeleteAccessKeyCommand, GetAccessKeyLastUsedCommand, ListAccessKeysCommand } from '@aws-sdk/client-iam';
import { SecretText } from '../../../lambda-src/basics/secret-text';
import { MINUTE, SECOND } from '../../../lambda-src/basics/time';
import { smtpPassword } from '../../../lambda-src/smtp/password';
import { probeStackOf, probeUserOf } from '../app/names';
import { Live, Version } from '../live';
import { expect } from '../outcome';
import { Step } from '../steps/step';

type Attempt = Pick<Version, 'credential'>;

/** IAM may take this long to show a use, or longer. */
const LAST_USE_WITHIN = 30 * MINUTE;

export const NEW_KEY: Step = {
  name: 'a new key is followed until SES accepts it, and IAM shows its use',
  run: async live => {
    const attempt = await createKey(live);
    const start = live.clock.now();
    const refusals: number[] = [];
    await live.until('SES accepts a new key', 10 * MINUTE, async () => {
      const at = live.clock.now();
      if (await live.trySending(attempt) === 'accepted') return true;
      refusals.push(at);
      return undefined;
    }, SECOND);
    const accepted = Math.round((live.clock.now() - start) / SECOND);
    live.find('new-key', `accepted after ${accepted} s, ${refusals.length} attempts refused before; ${await refusedAgain(live, attempt)} of 60 refused afterwards`);
    live.find('last-used', await lastUse(live, attempt));
  },
};

export const FAILED_LOGINS: Step = {
  name: 'logins with a wrong password are refused, and the next right one is looked at',
  run: async live => {
    const right = await live.current();
    const wrong = { credential: { ...right.credential, password: new SecretText(`B${'A'.repeat(43)}`) } };
    const answers: string[] = [];
    for (let count = 0; count < 20; count += 1) answers.push(await live.trySending(wrong));
    expect(answers.every(answer => answer !== 'accepted'), 'SES must accept no wrong password');
    live.find('failed-logins', `20 in a row: ${tally(answers)}; the right password at once afterwards: ${await live.trySending(right)}`);
  },
};

/** The stack of the probes goes with this: IAM deletes no user that has keys, and CloudFormation does not say what it does. */
export const USER_WITH_KEYS: Step = {
  name: 'CloudFormation is asked to delete a user that has a key',
  run: async live => {
    await createKey(live);
    const stackName = probeStackOf(live.options);
    const outcome = await live.destroy(stackName).then(() => 'the user is deleted with its key', () => 'the deletion of the stack fails');
    live.find('user-with-keys', outcome);
    await deleteProbeKeys(live);
    await live.destroy(stackName);
  },
};

/** The suite makes these keys itself, so nothing else deletes them. */
export async function deleteProbeKeys({ engine: { iam }, options }: Live): Promise<void> {
  const UserName = probeUserOf(options);
  const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName })).catch((error: Error) => {
    if (error.name.startsWith('NoSuchEntity')) return { AccessKeyMetadata: [] };
    throw error;
  });
  for (const { AccessKeyId } of AccessKeyMetadata) await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
}

async function createKey(live: Live): Promise<Attempt> {
  await deleteProbeKeys(live);
  const { AccessKey } = await live.engine.iam.send(new CreateAccessKeyCommand({ UserName: probeUserOf(live.options) }));
  const secret = new SecretText(AccessKey!.SecretAccessKey!);
  return { credential: { username: AccessKey!.AccessKeyId!, password: smtpPassword(secret, live.engine.region) } };
}

async function refusedAgain(live: Live, attempt: Attempt): Promise<number> {
  let refused = 0;
  for (let count = 0; count < 60; count += 1) {
    await live.clock.sleep(SECOND);
    if (await live.trySending(attempt) !== 'accepted') refused += 1;
  }
  return refused;
}

async function lastUse(live: Live, { credential }: Attempt): Promise<string> {
  const start = live.clock.now();
  while (live.clock.now() - start < LAST_USE_WITHIN) {
    const { AccessKeyLastUsed } = await live.engine.iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: credential.username }));
    const minutes = Math.round((live.clock.now() - start) / MINUTE);
    if (AccessKeyLastUsed?.LastUsedDate) return `shown as a use of ${AccessKeyLastUsed.ServiceName} after ${minutes} minutes`;
    await live.clock.sleep(MINUTE);
  }
  return `not shown within ${LAST_USE_WITHIN / MINUTE} minutes`;
}

function tally(answers: readonly string[]): string {
  return [...new Set(answers)].map(answer => `${answers.filter(each => each === answer).length} × ${answer}`).join(', ');
}
