import { exitCodeOf, runLive } from './run-live';

void runLive(process.argv.slice(2)).catch(exitCodeOf).then(code => { process.exitCode = code; });
