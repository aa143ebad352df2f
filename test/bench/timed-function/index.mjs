// Stands around the bundled function that FUNCTION_MODULE names: returns how long an invocation took, for how long of
// that it paused, and for how long it computed.
import { pathToFileURL } from 'node:url';

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

const rotation = await import(pathToFileURL(process.env.FUNCTION_MODULE));

export async function handler(event, context) {
  const start = performance.now();
  const cpuStart = process.cpuUsage();
  waited = 0;
  await rotation.handler(event, context);
  const { user, system } = process.cpuUsage(cpuStart);
  return { milliseconds: performance.now() - start, waited, cpu: (user + system) / 1000 };
}
