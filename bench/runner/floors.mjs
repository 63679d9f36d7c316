// Lower bounds for any runner on Node, measured in the same rounds. This file is also the measured program.
import { createHash } from 'node:crypto';
import { Buffer } from 'node:buffer';
import { lstatSync, readdirSync, readFileSync, readSync, openSync } from 'node:fs';

const FLOORS = {
  start: { name: '(starting Node)', code: [] },
  list: { name: '(a loop over all names and times)', code: ['list'] },
  hash: { name: '(a loop that reads and hashes)', code: ['hash'] },
};

export function floorOf({ floor }) {
  const { name, code } = FLOORS[floor];
  return {
    name,
    works: false,
    prepare: () => undefined,
    forget: () => undefined,
    run: () => ({ command: [process.execPath, ...(code.length > 0 ? [import.meta.filename, ...code] : ['-e', '0'])] }),
  };
}

if (process.argv[1] === import.meta.filename) {
  for (const file of [...filesBelow('images'), 'large.bin']) {
    if (process.argv[2] === 'list') lstatSync(file, { bigint: true });
    else digest(file);
  }
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
  );
}

function digest(file) {
  if (lstatSync(file).size <= 1024 * 1024) return createHash('sha256').update(readFileSync(file)).digest();
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(1024 * 1024);
  const descriptor = openSync(file, 'r');
  for (let read = readSync(descriptor, chunk); read > 0; read = readSync(descriptor, chunk))
    hash.update(chunk.subarray(0, read));
  return hash.digest();
}
