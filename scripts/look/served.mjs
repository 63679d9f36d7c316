/** What a check of `pipeline serve` needs of its process. */
import { readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second. */
const TICKS = 100;

/** The address that the server prints. Rejects if the server ends before. */
export function addressOf(server) {
  return new Promise((resolve, reject) => {
    let said = '';
    server.stdout.setEncoding('utf8').on('data', (text) => {
      said += text;
      if (said.includes('\n')) resolve(said.split('\n')[0]);
    });
    server.on('exit', () => reject(new Error('pipeline serve has ended.')));
  });
}

/** Processor time of a process: user and system. Linux only. */
export function busySeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}
