import { describe, expect, it } from 'vitest';
import { IIS, json, NEW, OLD, remoteDomain, version, VERSION, virtualServer, windows } from './documents';
import { SHELLS } from './shells';
import { DEEP, leaksOf, outcomesOf } from './table';
import { Objects, Result, runAlone, Scene } from './windows-node';

const SCENE: Scene = { script: IIS, versionId: VERSION, objects: windows(version(json(NEW)), virtualServer(), remoteDomain('example.org'), virtualServer(2)) };
const ACTIONS = ['kill', 'kill-half', 'kill-after'] as const;

function passwordsIn(objects: Objects): unknown[] {
  return Object.entries(objects).filter(([name]) => name.startsWith('IIsSmtp')).map(([, { RouteUserName, RoutePassword }]) => `${RouteUserName}:${RoutePassword}`);
}

/** A run that is killed and one after it, at this call and in this way; `undefined` if there are fewer calls. */
async function killedAndRunAgain(
  shell: string, call: string, at: number, action: typeof ACTIONS[number],
): Promise<{ killed: Result; after: Result } | undefined> {
  const killed = await runAlone(shell, { ...SCENE, faults: [{ call, at, action }] });
  return outcomesOf(killed).length > 0 ? undefined : { killed, after: await runAlone(shell, { ...SCENE, objects: killed.objects }) };
}

describe.each(SHELLS)('a document that is killed, in %s', shell => {
  // Short of everything, where it changes something.
  const call = DEEP ? 'any' : 'wmi-put';
  for (const action of DEEP ? ACTIONS : ['kill-half'] as const) {
    it(`leaves what the next run completes: ${action}`, async () => {
      let at = 1;
      for (let runs = await killedAndRunAgain(shell, call, at, action); runs; runs = await killedAndRunAgain(shell, call, ++at, action)) {
        expect(leaksOf(runs.killed)).toEqual([]);
        const possible = [OLD, NEW].flatMap(({ username }) => [OLD, NEW].map(({ password }) => `${username}:${password}`));
        expect(passwordsIn(runs.killed.objects).filter(text => !possible.includes(String(text)))).toEqual([]);
        expect(outcomesOf(runs.after), `killed at call ${at}`).toEqual([`SES_SMTP_CREDENTIAL_APPLIED ${VERSION}`]);
        expect(passwordsIn(runs.after.objects)).toEqual(Array.from({ length: 3 }, () => `${NEW.username}:${NEW.password}`));
      }
      expect(at).toBeGreaterThan(DEEP ? 10 : 3);
    }, 1_800_000);
  }
});
