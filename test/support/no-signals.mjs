// Loaded before pxectl (NODE_OPTIONS=--import …): whoever asks another process to do something by a signal is told of, and fails.
import process from 'node:process';

const kill = process.kill.bind(process);
process.kill = (pid, signal) => {
  if (signal === 0) return kill(pid, 0);
  process.stderr.write(`a signal ${String(signal)} for ${pid}\n`);
  throw new Error('no signals');
};
