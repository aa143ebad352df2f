import { paginateListCommandInvocations } from '@aws-sdk/client-ssm';
import { MINUTE } from '../../../lambda-src/basics/time';
import { windowsTagOf } from '../app/names';
import { Live, SIMULATOR } from '../live';
import { expect } from '../outcome';
import { Step } from './step';

export const WINDOWS_READY: Step = {
  name: 'the Windows Server is known to Systems Manager, and its SMTP service is set up',
  isNeeded: true,
  run: async live => {
    await live.until('Systems Manager knows the server', 30 * MINUTE, async () => (await serversOf(live)).length === 1 || undefined);
    await live.until('the first script of the server has ended', 30 * MINUTE, async () => await run(live, 'ready') === 'ready' || undefined, MINUTE);
    live.find('windows-versions', await run(live, 'versions'));
  },
};

const WINDOWS_ROTATES: Step = {
  name: 'Windows takes a credential by both documents, and sends with it without a restart',
  run: async live => {
    await run(live, 'module-logging');
    const { credential: { username } } = await live.rotate();
    expect(await run(live, 'held') === `${username} ${username}`, 'IIS and the file of the script must hold the new key');
    live.find('route-password', await run(live, 'route-password'));
    live.find('without-restart', await send(live));
    live.find('event-log', await run(live, 'event-log'));
    live.find('clixml', await clixml(live));
  },
};

const EMPTY_ROUTE: Step = {
  name: 'Windows sends to a remote domain without a route',
  run: async live => {
    const Domain = SIMULATOR.split('@')[1];
    await run(live, 'remote-domain', { Domain });
    try {
      live.find('empty-route', await send(live));
    } finally {
      await run(live, 'no-remote-domain', { Domain });
    }
  },
};

const ALWAYS_USE_SSL: Step = {
  name: 'Windows sends with AlwaysUseSsl in place of the flag of its route',
  run: async live => {
    await run(live, 'always-use-ssl', { On: 'true' });
    try {
      live.find('always-use-ssl', await send(live));
    } finally {
      await run(live, 'always-use-ssl', { On: 'false' });
    }
  },
};

/** Of the Windows Server, once it is ready. */
export const WINDOWS: readonly Step[] = [WINDOWS_ROTATES, EMPTY_ROUTE, ALWAYS_USE_SSL];

async function serversOf({ engine, options }: Live): Promise<string[]> {
  return engine.servers.ready(windowsTagOf(options));
}

async function run(live: Live, name: string, values?: Readonly<Record<string, string>>): Promise<string> {
  const [id] = await serversOf(live);
  return live.engine.servers.powerShell(id, name, values);
}

async function send(live: Live): Promise<string> {
  const { sender } = live;
  return sender === undefined ? 'not tried: without --identity, nothing is sent' : run(live, 'send', { From: sender, To: SIMULATOR });
}

/** Run Command keeps what the documents have printed. */
async function clixml(live: Live): Promise<string> {
  const [InstanceId] = await serversOf(live);
  const outputs: string[] = [];
  for await (const { CommandInvocations = [] } of paginateListCommandInvocations({ client: live.engine.ssm }, { InstanceId, Details: true })) {
    outputs.push(...CommandInvocations.flatMap(({ CommandPlugins = [] }) => CommandPlugins.map(({ Output = '' }) => Output)));
  }
  return `in ${outputs.filter(output => output.includes('#< CLIXML')).length} of ${outputs.length} outputs`;
}
