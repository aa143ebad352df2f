import { byHand, Command, lateStep, rotate, serversRecover, serversSlow, sesRecovers, sesTrouble, timePasses } from './commands';
import { Circumstances } from './scene';
import { after, at } from './surprises';
import { IMPORTED, IMPORTED_LABEL_LATER, LARGE_FLEET, NO_FLEET, ONE_FLEET, TWO_FLEETS } from '../setups';

/** A history that once broke a promise, or made the harness believe so. */
export interface Example extends Circumstances {
  readonly name: string;
  readonly history: readonly Command[];
}

export const EXAMPLES: readonly Example[] = [
  {
    name: 'somebody puts the previous credential back after its key is gone',
    setup: NO_FLEET,
    history: [rotate(), rotate(), rotate({ surprises: [at('createSecret CreateAccessKey', 'a new credential is put into the secret')] })],
  },
  {
    name: 'both keys are deactivated by hand, and servers hold either',
    setup: IMPORTED_LABEL_LATER,
    history: [
      rotate(),
      rotate({ surprises: [at('createSecret ListAccessKeys', 'the current key is deactivated'), after(10, 'the pending key is deactivated')] }),
    ],
  },
  {
    name: 'the current key and then the pending one are deactivated, and a step runs late',
    setup: TWO_FLEETS,
    history: [
      rotate(),
      byHand('the current key is deactivated'),
      rotate({ surprises: [after(11, 'the pending key is deactivated')] }),
      lateStep('createSecret', 0),
    ],
  },
  {
    name: 'a server joins between the commands to its fleet and to another one',
    setup: TWO_FLEETS,
    history: [
      rotate({ surprises: [at('setSecret SendCommand', 'servers show up late'), after(28, 'request not delivered')] }),
      rotate({ surprises: [at('createSecret ListAccessKeys', 'a server is added')] }),
    ],
  },
  {
    name: 'a server is replaced at the moment in which Run Command looks for its fleet',
    setup: TWO_FLEETS,
    history: [rotate({ attempts: 2, surprises: [after(14, 'request not delivered'), after(14, 'a server is replaced')] })],
  },
  {
    name: 'the rotation is started anew while servers are slower than the function may be',
    setup: ONE_FLEET,
    history: [
      serversSlow({ appear: '10 minutes', start: '1 second' }),
      rotate({ surprises: [at('createSecret ListAccessKeys', 'the rotation is cancelled, and another one runs in between')] }),
      serversRecover(),
    ],
  },
  {
    name: 'a command whose first server failed is taken up by the next rotation',
    setup: LARGE_FLEET,
    history: [rotate({ surprises: [after(15, 'request not delivered'), after(16, 'function killed before')] }), rotate()],
  },
  {
    name: 'the previous credential is put back after a rotation that servers were too slow for',
    setup: TWO_FLEETS,
    history: [
      rotate(),
      rotate(),
      serversSlow({ appear: '1 second', start: '10 minutes' }),
      rotate(),
      rotate({ surprises: [at('createSecret ListAccessKeys', 'a new credential is put into the secret')] }),
    ],
  },
  {
    name: 'SES knows no new key for an hour, and then disagrees with itself',
    setup: IMPORTED,
    history: [
      rotate(),
      sesTrouble({ delay: '1 hour', hosts: 'ynynyyn', busy: 3 }),
      rotate({ attempts: 4, pause: '10 minutes' }),
      timePasses('1 hour'),
      rotate(),
      sesRecovers(),
      rotate(),
    ],
  },
  {
    name: 'the credential that servers hold is put back by hand, as an error advised',
    setup: ONE_FLEET,
    history: [
      rotate(),
      byHand('a server goes offline'),
      rotate(),
      rotate({ surprises: [at('createSecret ListAccessKeys', 'something else is put into the secret')] }),
    ],
  },
  {
    name: 'a command of an earlier rotation reaches servers late',
    setup: IMPORTED,
    history: [
      serversSlow({ appear: '1 second', start: '1 minute' }),
      rotate({ surprises: [at('setSecret pause', 'function killed after')] }),
      serversRecover(),
      rotate({ attempts: 2, pause: '1 minute', surprises: [at('testSecret GetSecretValue', 'function killed before')] }),
      rotate(),
    ],
  },
  {
    name: 'a key becomes current by hand while its slot is being freed',
    setup: NO_FLEET,
    history: [rotate(), rotate(), rotate({ surprises: [at('createSecret GetSecretValue', 'a new credential is put into the secret')] })],
  },
  {
    name: 'a rotation is cancelled and overtaken while it finishes',
    setup: NO_FLEET,
    history: [
      rotate(),
      rotate({ surprises: [at('finishSecret DescribeSecret', 'the rotation is cancelled, and another one runs in between')] }),
    ],
  },
  {
    name: 'the setSecret of a rotation that has ended is repeated late',
    setup: ONE_FLEET,
    history: [
      rotate(),
      timePasses('1 day'),
      rotate({ surprises: [at('testSecret GetSecretValue', 'setSecret of the rotation before runs in between')] }),
    ],
  },
  {
    name: 'the version of a mere test of the configuration is a copy of the first value',
    setup: NO_FLEET,
    testVersionCopiesCurrent: true,
    history: [rotate({ immediately: false })],
  },
  {
    name: 'a rotation is overtaken while it gives servers what is current, and what was current is put back',
    setup: ONE_FLEET,
    history: [
      rotate(),
      byHand('a new credential is put into the secret'),
      rotate({ surprises: [at('createSecret ListCommandInvocations', 'the rotation is cancelled, and another one runs in between')] }),
      rotate({ surprises: [at('createSecret ListAccessKeys', 'a new credential is put into the secret')] }),
    ],
  },
  {
    name: 'a late step goes on after the step has failed that it came between',
    setup: TWO_FLEETS,
    history: [
      rotate({ immediately: false }),
      rotate(),
      rotate({ surprises: [after(12, 'request not delivered')] }),
      rotate({ surprises: [after(0, 'pending value not visible yet')] }),
      rotate({ surprises: [after(2, 'testSecret of the rotation before that runs in between')] }),
      rotate({ attempts: 2, pause: '1 hour' }),
    ],
  },
];
