// Stands around the bundled function that FUNCTION_MODULE names: returns how long an invocation took, for how long of
// that it paused, for how long it computed, and how much memory it has taken at most since it was loaded.
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Timers of this length or more that run out are waits; the timeouts of requests are cleared before they run out. */
const SHORTEST_WAIT = 500;
let waited = 0;

const { setTimeout: startTimer } = globalThis;
globalThis.setTimeout = (callback, milliseconds, ...rest) => {
  const start = performance.now();
  return startTimer(() => {
    if (milliseconds >= SHORTEST_WAIT) waited += performance.now() - start;
    callback(...rest);
  }, milliseconds);
};

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

const rotation = await import(pathToFileURL(process.env.FUNCTION_MODULE));
const loadedResident = process.memoryUsage.rss();
const loadedInUse = memoryInUse();
let inUse = loadedInUse;

const { parse } = JSON;
if (process.env.WEIGHED) JSON.parse = parseAndWeigh;

/** A reply has just arrived: its text and what it says are in memory, and whatever was kept of those before. */
function parseAndWeigh(...reply) {
  const value = parse(...reply);
  inUse = Math.max(inUse, memoryInUse());
  return value;
}

/** Without garbage. */
function memoryInUse() {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

export async function handler(event, context) {
  const start = performance.now();
  const cpuStart = process.cpuUsage();
  waited = 0;
  await rotation.handler(event, context);
  const { user, system } = process.cpuUsage(cpuStart);
  return {
    milliseconds: performance.now() - start,
    waited,
    cpu: (user + system) / 1000,
    inUseBytes: inUse - loadedInUse,
    residentBytes: process.resourceUsage().maxRSS * 1024 - loadedResident,
  };
}
