// Runs one Lambda function for lambda-process.ts: loads its handler, then takes invocations over IPC.
import dns from 'node:dns';
import { existsSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const routes = Object.entries(JSON.parse(process.env.WORLD_ROUTES ?? '{}'));
const portOf = new Map(routes);
const names = [...new Set(routes.map(([route]) => route.slice(0, route.lastIndexOf(':'))))];

// Clients that resolve names themselves connect to an address, so every name has one of its own. 192.0.2.0/24 is
// set aside for documentation: nothing answers there if a connection gets past the routes.
const addressOf = new Map(names.map((name, index) => [name, `192.0.2.${index + 1}`]));
const nameOf = new Map([...addressOf].map(([name, address]) => [address, name]));

const millisecondsPerSecond = Number(process.env.WORLD_MILLISECONDS_PER_SECOND ?? 1000);
/** By how many milliseconds the function's clock is ahead. */
let skipped = 0;

rerouteNames();
rerouteConnections();
syncBuiltinESMExports();
putClockAhead();
if (millisecondsPerSecond !== 1000) shortenPauses();

process.once('disconnect', () => process.exit(0));
await serve();

async function serve() {
  try {
    const handler = await loadHandler();
    process.on('message', invocation => void invoke(handler, invocation));
    process.send({ type: 'ready' });
  } catch (error) {
    process.send({ type: 'failed', error: describe(error) });
  }
}

function putClockAhead() {
  const { now } = Date;
  Date.now = () => now() + skipped;
}

/** Pauses end early, and the clock jumps to where they would have ended: so limits on time are reached as they are in Lambda. */
function shortenPauses() {
  const { setTimeout: startTimer } = globalThis;
  globalThis.setTimeout = (callback, milliseconds, ...rest) => {
    if (!isPause(callback)) return startTimer(callback, milliseconds, ...rest);
    const end = Date.now() + milliseconds;
    return startTimer(() => {
      skipped += Math.max(0, end - Date.now());
      callback(...rest);
    }, milliseconds * millisecondsPerSecond / 1000);
  };
}

/** A timer that only settles a promise, by that promise's own function. One that guards a request has code, and must not run out early. */
function isPause(callback) {
  return callback.name === '' && /\{ \[native code\] \}$/.test(callback);
}

async function loadHandler() {
  const [file, name] = process.env._HANDLER.split('.');
  const candidates = ['.mjs', '.js', '.cjs'].map(extension => path.join(process.env.LAMBDA_TASK_ROOT, file + extension));
  const found = candidates.find(candidate => existsSync(candidate));
  if (!found) throw named('Runtime.ImportModuleError', `Error: Cannot find module '${file}'`);
  const loaded = await import(pathToFileURL(found));
  const handler = loaded[name] ?? loaded.default?.[name];
  if (typeof handler !== 'function') throw named('Runtime.HandlerNotFound', `${process.env._HANDLER} is undefined or not exported`);
  return handler;
}

async function invoke(handler, { requestId, event, functionArn, deadline, ahead = 0 }) {
  skipped = Math.max(skipped, ahead);
  const reply = await run(handler, event, contextOf(requestId, functionArn, deadline));
  // Tells the reader of the pipes that it has seen everything this invocation wrote.
  process.stdout.write(`\nEND ${requestId}\n`);
  process.stderr.write(`\nEND ${requestId}\n`);
  process.send({ type: 'done', requestId, ...reply });
}

async function run(handler, event, context) {
  try {
    return { result: JSON.stringify(await handler(event, context)) ?? 'null' };
  } catch (error) {
    console.error(`${new Date().toISOString()}\t${context.awsRequestId}\tERROR\tInvoke Error \t${logged(error)}`);
    return { error: describe(error) };
  }
}

function contextOf(awsRequestId, invokedFunctionArn, deadline) {
  const end = deadline + skipped;
  return {
    awsRequestId,
    invokedFunctionArn,
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => Math.max(0, end - Date.now()),
  };
}

function describe(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: error.stack?.split('\n') ?? [] };
}

/** As Lambda's own runtime logs what a handler throws: with every enumerable property of the error, if JSON can hold them. */
function logged(error) {
  try {
    return JSON.stringify(error, (_key, value) => value instanceof Error ? withProperties(value) : value);
  } catch {
    return JSON.stringify(describe(error));
  }
}

function withProperties(error) {
  return { errorType: error.name, errorMessage: error.message, code: error.code, ...error, stack: error.stack?.split('\n') };
}

function rerouteNames() {
  const { lookup } = dns;
  dns.lookup = (hostname, ...rest) => {
    if (isLoopback(hostname)) return lookup(hostname, ...rest);
    return answerLookup(hostname, typeof rest[0] === 'object' ? rest[0] : {}, rest.at(-1));
  };
  const lookupPromise = dns.promises.lookup;
  dns.promises.lookup = async (hostname, options = {}) => {
    if (isLoopback(hostname)) return lookupPromise(hostname, options);
    const entry = { address: resolved(hostname, 'getaddrinfo'), family: 4 };
    return options.all ? [entry] : entry;
  };
  rerouteQueries(dns, dns.Resolver.prototype);
  rerouteQueries(dns.promises, dns.promises.Resolver.prototype);
}

function answerLookup(hostname, options, callback) {
  try {
    const address = resolved(hostname, 'getaddrinfo');
    process.nextTick(() => options.all ? callback(null, [{ address, family: 4 }]) : callback(null, address, 4));
  } catch (error) {
    process.nextTick(callback, error);
  }
}

function rerouteQueries(...targets) {
  for (const target of targets) {
    const methods = Object.keys(target).filter(key => /^(resolve|reverse)/.test(key));
    for (const method of methods) {
      target[method] = (hostname, ...rest) => answerQuery(method, hostname, rest);
    }
  }
}

/** Serves callers with a callback and callers of `dns.promises` alike. */
async function answerQuery(method, hostname, rest) {
  const callback = rest.findLast(argument => typeof argument === 'function');
  const wantsAddress = method === 'resolve4' || (method === 'resolve' && typeof rest[0] !== 'string');
  try {
    const address = isLoopback(hostname) ? '127.0.0.1' : resolved(hostname, method);
    if (!wantsAddress) throw dnsError('ENODATA', method, hostname);
    const addresses = rest[0]?.ttl ? [{ address, ttl: 60 }] : [address];
    return callback ? process.nextTick(callback, null, addresses) : addresses;
  } catch (error) {
    if (!callback) throw error;
    return process.nextTick(callback, error);
  }
}

/** TLS goes on verifying the name that its caller asked for: only the socket below it leads elsewhere. */
function rerouteConnections() {
  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function (...args) {
    const normalized = Array.isArray(args[0]) ? args[0] : net._normalizeArgs(args);
    const options = normalized[0];
    if (options.path || isLoopback(options.host ?? 'localhost')) return connect.call(this, normalized);
    const port = portOf.get(`${nameOf.get(options.host) ?? options.host}:${options.port}`);
    if (port === undefined) return refuse(this, options);
    normalized[0] = { ...options, host: '127.0.0.1', port, lookup: undefined };
    return connect.call(this, normalized);
  };
}

function refuse(socket, { host, port }) {
  const isKnown = net.isIP(host) !== 0 || addressOf.has(host);
  const error = isKnown
    ? Object.assign(new Error(`connect ECONNREFUSED ${host}:${port}`), { code: 'ECONNREFUSED', syscall: 'connect', address: host, port })
    : dnsError('ENOTFOUND', 'getaddrinfo', host);
  socket.connecting = true;
  process.nextTick(() => socket.destroy(error));
  return socket;
}

function resolved(hostname, syscall) {
  const address = net.isIP(hostname) ? hostname : addressOf.get(hostname);
  if (!address) throw dnsError('ENOTFOUND', syscall, hostname);
  return address;
}

function dnsError(code, syscall, hostname) {
  return Object.assign(new Error(`${syscall} ${code} ${hostname}`), { code, syscall, hostname });
}

function isLoopback(host) {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}

function named(name, message) {
  return Object.assign(new Error(message), { name });
}
