/**
 * Random faults while a project pushes and pulls, on real servers. After each fault, nothing half is visible; then a
 * second push and a pull into a fresh clone bring everything, byte for byte.
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  s3Missing,
  sshMissing,
  startS3,
  startSsh,
  type TestServer,
} from '../../src/runner/remote/servers.test-support.ts';
import { random } from '../../src/util/random.ts';
import { filesBelow, remoteFaults, storeFaults } from './check-remote.ts';
import { HarmfulProxy } from './harmful-proxy.ts';

export interface Campaign {
  readonly seed: number;
  readonly trials: number;
  /** Absolute path of the built command. */
  readonly command: string;
  readonly tell: (line: string) => void;
}

export interface CampaignResult {
  readonly counts: Readonly<Record<string, number>>;
  readonly losses: readonly string[];
  readonly skipped: readonly string[];
}

interface Place {
  readonly kind: string;
  readonly url: string;
  /** Where its files are on this machine. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly proxy: HarmfulProxy | undefined;
  readonly disk: SmallDisk | undefined;
}

type Draw = () => number;

export async function campaign({ seed, trials, command, tell }: Campaign): Promise<CampaignResult> {
  const root = mkdtempSync(path.join(os.tmpdir(), 'remote-faults-'));
  const servers: TestServer[] = [];
  const proxies: HarmfulProxy[] = [];
  const disk = SmallDisk.mount(path.join(root, 'disk'));
  const skipped = [sshMissing(), s3Missing(), disk ? undefined : 'a small disk cannot be mounted (no root)'].flatMap(
    (each) => each ?? [],
  );
  const counts: Record<string, number> = {};
  const losses: string[] = [];
  try {
    const places = await openPlaces(root, disk, servers, proxies);
    const projects = places.map((place, i) => newProject(path.join(root, `project${i}`), place, command));
    for (let trial = 0; trial < trials; trial++) {
      const source = random('remote-faults', seed, trial);
      const draw: Draw = () => source.uniform();
      const at = trial % places.length;
      const [place, project] = [places[at], projects[at]];
      if (!place || !project) throw new Error('Internal error: a trial without a place.');
      const { fault, found } = await runTrial(project, place, draw, trial);
      const name = `${place.kind}: ${fault}`;
      counts[name] = (counts[name] ?? 0) + 1;
      losses.push(...found.map((each) => `trial ${trial} (${name}): ${each}`));
      for (const each of found) tell(`LOSS trial ${trial} (${name}): ${each}`);
      if (trial % 20 === 19) tell(`${trial + 1} trials, ${losses.length} losses`);
    }
  } finally {
    for (const server of servers) server.stop();
    for (const proxy of proxies) proxy.stop();
    disk?.unmount();
    rmSync(root, { recursive: true, force: true });
  }
  return { counts, losses, skipped };
}

async function openPlaces(
  root: string,
  disk: SmallDisk | undefined,
  servers: TestServer[],
  proxies: HarmfulProxy[],
): Promise<Place[]> {
  const base = disk?.folder ?? path.join(root, 'far');
  const at = (name: string): string => {
    mkdirSync(path.join(base, name), { recursive: true });
    return path.join(base, name);
  };
  const through = async (port: number): Promise<number> => {
    const proxy = await HarmfulProxy.start(port);
    proxies.push(proxy);
    return proxy.port;
  };
  const places: Place[] = [
    { kind: 'folder', url: at('folder'), folder: at('folder'), env: {}, proxy: undefined, disk },
  ];
  if (sshMissing() === undefined) {
    const server = await startSsh(path.join(root, 'sshd'), { through });
    servers.push(server);
    const folder = at('ssh');
    places.push({ kind: 'ssh', url: `ssh://test${folder}`, folder, env: server.env, proxy: proxies.at(-1), disk });
  }
  if (s3Missing() === undefined) {
    const server = await startS3(at('s3'), { through });
    servers.push(server);
    const folder = path.join(at('s3'), 'data/lab/x');
    places.push({ kind: 's3', url: 's3://lab/x', folder, env: server.env, proxy: proxies.at(-1), disk });
  }
  return places;
}

interface TestProject {
  readonly root: string;
  run(words: readonly string[], options?: { readonly killAfterMs?: number; readonly folder?: string }): Promise<Ended>;
}

interface Ended {
  readonly code: number | null;
  readonly text: string;
}

function newProject(root: string, place: Place, command: string): TestProject {
  mkdirSync(path.join(root, 'data'), { recursive: true });
  writeFileSync(path.join(root, 'pipeline.json'), JSON.stringify(PIPELINE));
  writeFileSync(path.join(root, '.pipelinerc.json'), JSON.stringify({ remotes: { far: place.url } }));
  return {
    root,
    run: (words, { killAfterMs, folder = root } = {}) =>
      new Promise((resolve) => {
        const env = { PATH: process.env.PATH, HOME: root, TMPDIR: os.tmpdir(), ...place.env };
        const child = spawn(process.execPath, [command, ...words], { cwd: folder, env });
        let text = '';
        for (const stream of [child.stdout, child.stderr])
          stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
        const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
        child.on('close', (code) => {
          clearTimeout(timer);
          resolve({ code, text });
        });
      }),
  };
}

const PIPELINE = {
  name: 'faults',
  stages: {
    sum: { command: 'ls ${inputs.data} > ${outputs.out}', inputs: { data: 'data/set' }, outputs: { out: 'sum.txt' } },
  },
};

async function runTrial(
  project: TestProject,
  place: Place,
  draw: Draw,
  trial: number,
): Promise<{ fault: string; found: string[] }> {
  changeData(project, draw, trial);
  const prepared = [await project.run(['data', 'add', 'data/set']), await project.run(['run', '--progress', 'quiet'])];
  const found = prepared.flatMap(({ code, text }) =>
    code === 0 ? [] : [`the preparation failed: ${text.slice(0, 300)}`],
  );
  const faults = faultsOf(place);
  const fault = faults[Math.floor(draw() * faults.length)] ?? 'kill the push';
  found.push(...(await FAULTS[fault](project, place, draw)));
  place.proxy?.prepare(undefined);
  found.push(...(await mustSucceed(project, ['push'])), ...remoteFaults(place.folder, { isFlipped: false }));
  found.push(...(await cloneEquals(project)));
  return { fault, found };
}

/** Some files of random bytes come, change and go. */
function changeData({ root }: TestProject, draw: Draw, trial: number): void {
  const folder = path.join(root, 'data/set');
  mkdirSync(folder, { recursive: true });
  for (let i = 0; i < 12; i++) {
    const bytes = Buffer.alloc(Math.floor(draw() * 40_000), 0);
    for (let at = 0; at + 4 <= bytes.length; at += 4) bytes.writeUInt32LE(Math.floor(draw() * 2 ** 32), at);
    writeFileSync(path.join(folder, `${Math.floor(draw() * 40)}.bin`), bytes);
  }
  writeFileSync(path.join(folder, 'trial.txt'), String(trial));
}

type FaultName = 'kill the push' | 'kill the pull' | 'cut' | 'flip on the way' | 'flip on the disk' | 'full disk';

function faultsOf({ proxy, disk }: Place): FaultName[] {
  return [
    'kill the push',
    'kill the pull',
    'flip on the disk',
    ...(proxy ? (['cut', 'flip on the way', 'cut', 'flip on the way'] as const) : []),
    ...(disk ? (['full disk'] as const) : []),
  ];
}

/** Each does harm, and returns what was lost. */
const FAULTS: Readonly<Record<FaultName, (project: TestProject, place: Place, draw: Draw) => Promise<string[]>>> = {
  async 'kill the push'(project, place, draw) {
    await project.run(['push'], { killAfterMs: 100 + draw() * 1500 });
    return [...remoteFaults(place.folder, { isFlipped: false }), ...storeFaults(path.join(project.root, 'cache'))];
  },
  async 'kill the pull'(project, _place, draw) {
    const losses = await mustSucceed(project, ['push']);
    const clone = newClone(project);
    await project.run(['pull'], { folder: clone, killAfterMs: 100 + draw() * 1500 });
    losses.push(...storeFaults(path.join(clone, 'cache')));
    const second = await project.run(['pull'], { folder: clone });
    if (second.code !== 0) losses.push(`a pull after a killed one failed: ${second.text.slice(0, 300)}`);
    return [...losses, ...differences(project.root, clone)];
  },
  cut: (project, place, draw) => onTheWay(project, place, draw, 'cut'),
  'flip on the way': (project, place, draw) => onTheWay(project, place, draw, 'flip'),
  async 'flip on the disk'(project, place, draw) {
    const losses = await mustSucceed(project, ['push']);
    const packs = filesBelow(path.join(place.folder, 'packs'));
    const pack = packs[Math.floor(draw() * packs.length)] ?? '';
    const bytes = readFileSync(pack);
    const at = Math.floor(draw() * bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    chmodSync(pack, 0o644);
    writeFileSync(pack, bytes);
    const clone = newClone(project);
    await project.run(['pull'], { folder: clone });
    losses.push(...storeFaults(path.join(clone, 'cache')));
    const verified = await project.run(['verify', '--remote']);
    if (verified.code !== 4) losses.push(`verify --remote did not find a flipped bit: ${verified.text.slice(0, 300)}`);
    return losses;
  },
  async 'full disk'(project, place, draw) {
    place.disk?.fill(Math.floor(draw() * 200_000));
    const pushed = await project.run(['push']);
    const losses = remoteFaults(place.folder, { isFlipped: false });
    if (pushed.code !== 0 && !/space/i.test(pushed.text))
      losses.push(`a full disk is not named: ${pushed.text.slice(0, 300)}`);
    place.disk?.empty();
    return losses;
  },
};

/** During a push or a pull. */
async function onTheWay(project: TestProject, place: Place, draw: Draw, kind: 'cut' | 'flip'): Promise<string[]> {
  const side = draw() < 0.5 ? 'up' : 'down';
  const harm = { kind, side, at: Math.floor(draw() * (side === 'up' ? 300_000 : 20_000)) } as const;
  if (draw() < 0.6) {
    place.proxy?.prepare(harm);
    await project.run(['push']);
    return [...remoteFaults(place.folder, { isFlipped: false }), ...storeFaults(path.join(project.root, 'cache'))];
  }
  const losses = await mustSucceed(project, ['push']);
  const clone = newClone(project);
  place.proxy?.prepare({ ...harm, side: 'down', at: Math.floor(draw() * 300_000) });
  await project.run(['pull'], { folder: clone });
  return [...losses, ...storeFaults(path.join(clone, 'cache'))];
}

async function mustSucceed(project: TestProject, words: readonly string[]): Promise<string[]> {
  const { code, text } = await project.run(words);
  return code === 0 ? [] : [`${words.join(' ')} failed: ${text.slice(0, 400)}`];
}

/** The files that git carries. */
function newClone({ root }: TestProject): string {
  const clone = `${root}-clone`;
  rmSync(clone, { recursive: true, force: true });
  mkdirSync(path.join(clone, 'data'), { recursive: true });
  for (const name of ['pipeline.json', 'pipeline.lock.json', '.pipelinerc.json', 'data/set.data.json'])
    if (existsSync(path.join(root, name))) cpSync(path.join(root, name), path.join(clone, name));
  return clone;
}

async function cloneEquals(project: TestProject): Promise<string[]> {
  const clone = newClone(project);
  const { code, text } = await project.run(['pull'], { folder: clone });
  if (code !== 0) return [`a pull into a fresh clone failed: ${text.slice(0, 400)}`];
  return [...differences(project.root, clone), ...storeFaults(path.join(clone, 'cache'))];
}

function differences(root: string, clone: string): string[] {
  const files = (folder: string): Map<string, Buffer> =>
    new Map(filesBelow(path.join(folder, 'data/set')).map((file) => [path.relative(folder, file), readFileSync(file)]));
  const [before, after] = [files(root), files(clone)];
  const differ = [...before].filter(([name, bytes]) => after.get(name)?.equals(bytes) !== true).map(([name]) => name);
  if (after.size !== before.size) differ.push(`${after.size} instead of ${before.size} files`);
  return differ.length === 0 ? [] : [`the clone differs: ${differ.slice(0, 5).join(', ')}`];
}

/** A file system in memory that can be filled up. Mounting needs root. */
class SmallDisk {
  readonly folder: string;

  static mount(folder: string): SmallDisk | undefined {
    mkdirSync(folder, { recursive: true });
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400m', 'tmpfs', folder], { stdio: 'ignore' });
      return new SmallDisk(folder);
    } catch {
      return undefined;
    }
  }

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Leaves this number of bytes. */
  fill(left: number): void {
    const { bavail, bsize } = statfsSync(this.folder);
    const bytes = Math.max(0, bavail * bsize - left);
    execFileSync('fallocate', ['-l', String(Math.max(1, bytes)), path.join(this.folder, 'ballast')]);
  }

  empty(): void {
    rmSync(path.join(this.folder, 'ballast'), { force: true });
  }

  unmount(): void {
    execFileSync('umount', ['-l', this.folder], { stdio: 'ignore' });
  }
}
