import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { beforeEach, afterEach, describe, expect, test } from 'vitest';
import { SILENCE_MS, writeOwner, type Owner } from '../store/owner.ts';
import { alone, tryLease, waitForLease } from './lease.ts';

let folder: string;
let place: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'lease-'));
  place = path.join(folder, 'gpu');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const self = (): Owner => {
  const file = path.join(folder, 'self');
  writeOwner(file);
  return JSON.parse(readFileSync(file, 'utf8')) as Owner;
};

/** A lease as another process would have left it. */
function left(owner: Partial<Owner>, silentMs = 0): void {
  mkdirSync(place, { recursive: true });
  const file = path.join(place, `${Math.random()}.json`);
  writeFileSync(file, JSON.stringify({ ...self(), ...owner }));
  const then = Date.now() / 1000 - silentMs / 1000;
  utimesSync(file, then, then);
}

function age(file: string): void {
  const then = Date.now() / 1000 - SILENCE_MS / 1000 - 1;
  utimesSync(file, then, then);
}

test('one holder at a time; the next gets it after a release', () => {
  const first = tryLease(place);
  expect(tryLease(place)).toEqual({ ok: false, error: `process ${process.pid}` });
  if (first.ok) first.value.release();
  expect(tryLease(place)).toMatchObject({ ok: true });
});

test('a release leaves nothing behind, and a refusal neither', () => {
  const first = tryLease(place);
  tryLease(place);
  if (first.ok) first.value.release();
  expect(readdirSync(folder)).toEqual([]);
});

test('releasing twice does not take it from the next holder', () => {
  const first = tryLease(place);
  if (!first.ok) throw new Error();
  first.value.release();
  const second = tryLease(place);
  first.value.release();
  expect(second.ok).toBe(true);
  expect(tryLease(place).ok).toBe(false);
});

test('who cannot remove his entry has given it up all the same, and does not wait for himself', async () => {
  const first = tryLease(place);
  if (!first.ok) throw new Error(first.error);
  const entry = path.join(place, readdirSync(place)[0]!);
  // A folder: rm refuses it without `recursive`, as a disk refuses a removal after an I/O error.
  rmSync(entry);
  mkdirSync(entry);
  expect(() => {
    first.value.release();
  }).not.toThrow();
  await alone(place, () => Promise.resolve());
  expect(readdirSync(folder)).toEqual([]);
});

describe('who is dead loses it at once', () => {
  const dead = Number(execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }));
  test.each<[string, Partial<Owner>]>([
    ['a process that has ended', { pid: dead }],
    ['a number that another process has now', { pid: process.ppid, started: '1' }],
  ])('%s', (_, owner) => {
    left(owner);
    expect(tryLease(place)).toMatchObject({ ok: true });
  });

  test('a zombie, which only waits to be asked how it ended', async () => {
    // The shell becomes a program that never asks how its child ended.
    const parent = spawn('/bin/sh', ['-c', '(echo $BASHPID; exec sh -c "echo \\$\\$") & exec sleep 1000'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const printed = await new Promise<string>((resolve) => {
      let text = '';
      parent.stdout.on('data', (bytes: Buffer) => {
        text += bytes.toString();
        if (/\d+\n$/.test(text)) resolve(text);
      });
    });
    const zombie = Number(printed.trim());
    const stat = (): string[] => readFileSync(`/proc/${zombie}/stat`, 'utf8').split(' ');
    while (stat()[2] !== 'Z') await new Promise((resolve) => setTimeout(resolve, 2));
    left({ pid: zombie, started: stat()[21]! });
    const lease = tryLease(place);
    parent.kill('SIGKILL');
    expect(lease.ok).toBe(true);
  });
});

describe('who cannot be seen from here keeps it as long as it is heard of', () => {
  test.each<[string, Partial<Owner>, string]>([
    ['a process of another host', { host: 'elsewhere', pid: 7 }, 'process 7 on elsewhere'],
    ['a process of another container', { namespace: 'pid:[1]', pid: 7 }, 'process 7 of another container'],
    [
      'the first process of another container, which has our number and name',
      { namespace: 'pid:[1]', pid: 1 },
      'process 1 of another container',
    ],
    [
      'a process of another boot: of ours, or of another machine of this name',
      { boot: 'another', pid: 7 },
      'process 7 of an earlier start of this machine, or of another one of its name',
    ],
  ])('%s', (_, owner, name) => {
    left(owner, 20_000);
    expect(tryLease(place)).toEqual({ ok: false, error: `${name}, last heard of 20 s ago` });
    rmSync(place, { recursive: true });
    left(owner, SILENCE_MS + 1000);
    expect(tryLease(place)).toMatchObject({ ok: true });
  });

  test.each(['{"ho', '', 'null', '7', '[]', '{}', '{"host":7}', 'forged'])('an entry that reads %j', (text) => {
    mkdirSync(place);
    const file = path.join(place, 'x.json');
    writeFileSync(file, text === 'forged' ? JSON.stringify({ ...self(), pid: -1 }) : text);
    expect(tryLease(place)).toMatchObject({ ok: false, error: 'another runner, last heard of 0 s ago' });
    age(file);
    expect(tryLease(place).ok).toBe(true);
  });

  test('a folder where an entry should be, and a file where the lease should be', () => {
    const odd = [
      () => {
        mkdirSync(path.join(place, 'x.json', 'deep'), { recursive: true });
        return path.join(place, 'x.json');
      },
      () => {
        writeFileSync(place, '');
        return place;
      },
    ];
    for (const make of odd) {
      const file = make();
      expect(tryLease(place)).toMatchObject({ ok: false, error: 'another runner, last heard of 0 s ago' });
      age(file);
      const lease = tryLease(place);
      if (!lease.ok) throw new Error(lease.error);
      lease.value.release();
    }
  });
});

test('waiting ends with the lease, or with the signal', async () => {
  const first = tryLease(place);
  const abort = new AbortController();
  const waiting = waitForLease(place, abort.signal);
  const impatient = new AbortController();
  const aborted = waitForLease(place, impatient.signal);
  impatient.abort();
  expect(await aborted).toBeUndefined();
  if (first.ok) first.value.release();
  expect(await waiting).toBeDefined();
});

test('work that is done alone is done one after the other, also when it fails', async () => {
  let inside = 0;
  const work = async (): Promise<void> => {
    expect(inside++).toBe(0);
    await new Promise((resume) => setTimeout(resume, 1));
    inside--;
    throw new Error('as ever');
  };
  const ends = await Promise.allSettled(Array.from({ length: 5 }, () => alone(place, work)));
  expect(ends.map(({ status }) => status)).toEqual(Array(5).fill('rejected'));
  expect(existsSync(place)).toBe(false);
});

test('a long wait is told once, with the holder; a short one is not', async () => {
  const told: string[] = [];
  const first = tryLease(place);
  const short = alone(
    place,
    () => Promise.resolve(),
    (holder) => told.push(holder),
  );
  if (first.ok) first.value.release();
  await short;
  expect(told).toEqual([]);
  left({ host: 'elsewhere', pid: 7 }, SILENCE_MS - 2500);
  await alone(
    place,
    () => Promise.resolve(),
    (holder) => told.push(holder),
  );
  expect(told).toEqual([expect.stringMatching(/^process 7 on elsewhere, last heard of \d+ s ago$/)]);
});

test('of processes that race, and are killed while they hold it, never two hold it at once', async () => {
  const racer = path.join(folder, 'racer.mjs');
  // Each process writes its name and checks that it stays: a second holder would write another.
  const contents = `import { tryLease } from './lease.ts';
    import { readFileSync, writeFileSync } from 'node:fs';
    const [place, inside, violations] = process.argv.slice(2);
    for (let held = 0; held < 100;) {
      const lease = tryLease(place);
      if (!lease.ok) continue;
      writeFileSync(inside, String(process.pid));
      for (let look = 0; look < 20; look++) if (readFileSync(inside, 'utf8') !== String(process.pid)) writeFileSync(violations, '');
      if (++held === 50 && process.env.DIES) process.kill(process.pid, 'SIGKILL');
      lease.value.release();
    }`;
  buildSync({
    stdin: { contents, resolveDir: import.meta.dirname },
    outfile: racer,
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
  const violations = path.join(folder, 'violations');
  const race = Array.from({ length: 4 }, (_, i) => {
    const child = spawn(process.execPath, [racer, place, path.join(folder, 'inside'), violations], {
      stdio: 'inherit',
      env: i % 2 === 0 ? {} : { DIES: 'x' },
    });
    return new Promise<number | NodeJS.Signals>((resolve) =>
      child.on('exit', (code, signal) => {
        resolve(code ?? signal!);
      }),
    );
  });
  expect(await Promise.all(race)).toEqual([0, 'SIGKILL', 0, 'SIGKILL']);
  expect(existsSync(violations)).toBe(false);
});
