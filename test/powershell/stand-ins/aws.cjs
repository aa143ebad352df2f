#!/usr/bin/env node
// The AWS CLI: `secretsmanager get-secret-value` and `describe-secret`, with the state and the faults of the other stand-ins.
const { appendFileSync, readFileSync, writeSync } = require('node:fs');
const { join } = require('node:path');

const folder = process.env.STAND_INS_STATE;
const table = name => readFileSync(join(folder, name), 'utf8').split('\n').filter(line => line !== '').map(line => line.split('\t').map(decodeURIComponent));
const [, operation, ...options] = process.argv.slice(2);
const option = name => options[options.indexOf(name) + 1];

appendFileSync(join(folder, 'calls.tsv'), `${operation}\t${encodeURIComponent(options.join(' '))}\n`);
const calls = table('calls.tsv').map(([name]) => name);
const [, , fault, message] = table('faults.tsv').find(([name, at]) =>
  name === 'any' && ['0', String(calls.length)].includes(at)
  || name === operation && ['0', String(calls.filter(call => call === operation).length)].includes(at)) ?? [];

function fail(message) {
  process.stderr.write(`\n${message}\n\n`);
  process.exit(254);
}

const state = {};
for (const [name, property, value] of table('state.tsv')) (state[name] ??= {})[property] = value;
const stagesOf = version => version.stages ? version.stages.split(',') : [];

function answer() {
  if (operation === 'describe-secret') {
    const versions = Object.entries(state).filter(([name, { stages }]) => name.startsWith('version:') && stages);
    return { ARN: option('--secret-id'), ...versions.length > 0 && {
      VersionIdsToStages: Object.fromEntries(versions.map(([name, version]) => [name.slice('version:'.length), stagesOf(version)])),
    } };
  }
  const version = state[options.includes('--version-id') ? `version:${option('--version-id')}` : `secret:${option('--secret-id')}`];
  if (!version) fail('An error occurred (ResourceNotFoundException) when calling the GetSecretValue operation: Secrets Manager can\'t find the specified secret value');
  return { ARN: option('--secret-id'), CreatedDate: 1764219600.123, ...version.binary ? { SecretBinary: 'AQID' } : { SecretString: version.value }, VersionStages: stagesOf(version) };
}

if (fault === 'kill') process.kill(process.ppid, 'SIGKILL');
if (fault === 'refuse' || fault === 'lose-reply' || fault === 'half') fail(message);
// Without a limit, the agent ends the document after 300 seconds.
if (fault === 'hang' && !options.includes('--cli-connect-timeout')) fail('nothing limits this call');
if (fault === 'hang') fail('Connect timeout on endpoint URL: "https://secretsmanager.eu-west-1.amazonaws.com/"');
const text = `${JSON.stringify(answer(), null, 4)}\n`;
// On Windows, it writes in the code page of the system, whose letters are few. Which of these two it heeds depends on its version.
if (/[^\0-\xff]/.test(text) && (process.env.PYTHONUTF8 !== '1' || process.env.AWS_CLI_OUTPUT_ENCODING !== 'UTF-8')) fail('\'charmap\' codec can\'t encode character');
const output = Buffer.from(text);
writeSync(1, fault === 'cut' ? output.subarray(0, output.length - 40) : fault === 'empty' || fault === 'ignore' ? '' : output);
if (fault === 'kill-after') process.kill(process.ppid, 'SIGKILL');
