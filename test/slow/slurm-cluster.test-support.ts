/** A real Slurm on the loopback address: one controller and two nodes, with all of their files in one folder. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const PROGRAMS = ['slurmctld', 'slurmd', 'sbatch', 'squeue', 'scontrol'];
const NODES = ['n1', 'n2'] as const;
/** The number of cards of each node. */
const CARDS = 2;
export type Daemon = 'slurmctld' | (typeof NODES)[number];

/** Why there can be no cluster here; undefined: there can. */
export function whyNoCluster(): string | undefined {
  const missing = PROGRAMS.filter((name) => spawnSync('/bin/sh', ['-c', `command -v ${name}`]).status !== 0);
  if (missing.length === 0) return undefined;
  return `not installed: ${missing.join(', ')} (Debian: slurmctld slurmd slurm-client slurm-wlm-basic-plugins)`;
}

export class Cluster {
  readonly conf: string;
  readonly #folder = mkdtempSync(path.join(os.tmpdir(), 'cluster-'));
  readonly #pids = new Map<Daemon, number>();

  private constructor() {
    this.conf = path.join(this.#folder, 'slurm.conf');
  }

  static async start(): Promise<Cluster> {
    const cluster = new Cluster();
    await cluster.#configure();
    await cluster.startDaemons();
    return cluster;
  }

  /** Starts those that do not run, and waits until the nodes are ready. */
  async startDaemons(): Promise<void> {
    if (!this.#isAlive('slurmctld')) execFileSync('slurmctld', ['-f', this.conf]);
    for (const node of NODES) if (!this.#isAlive(node)) execFileSync('slurmd', ['-f', this.conf, '-N', node]);
    for (let round = 0; ; round++) {
      // Drained, because the controller was killed before it had saved that a job started there.
      if (round % 10 === 0)
        for (const node of NODES) this.#try('scontrol', ['update', `nodename=${node}`, 'state=resume']);
      for (const daemon of ['slurmctld', ...NODES] as const) this.#isAlive(daemon);
      const idle = this.#try('sinfo', ['-h', '-N', '-p', 'short', '-t', 'idle,mix,alloc', '-o', '%N']);
      if (idle.split('\n').filter(Boolean).length === NODES.length) return;
      if (round === 100) throw new Error(`The cluster is not ready: ${this.#logs()}`);
      await sleep(300);
    }
  }

  /** `kill -9` */
  kill(daemon: Daemon): void {
    if (!this.#isAlive(daemon)) throw new Error(`${daemon} does not run.`);
    process.kill(this.#pids.get(daemon) ?? 0, 'SIGKILL');
  }

  /** The answer of a program of Slurm. */
  ask(program: string, ...words: string[]): string {
    return execFileSync(program, words, { env: this.#environment(), encoding: 'utf8' });
  }

  async stop(): Promise<void> {
    this.#try('scancel', ['--quiet', `--user=${os.userInfo().username}`]);
    await sleep(500);
    for (const daemon of ['n1', 'n2', 'slurmctld'] as const) if (this.#isAlive(daemon)) this.kill(daemon);
    for (const pid of this.#stepDaemons()) process.kill(pid, 'SIGKILL');
    await sleep(200);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #configure(): Promise<void> {
    for (const name of ['state', 'log', 'run', 'dev', 'n1', 'n2']) mkdirSync(path.join(this.#folder, name));
    // A card is a character device, and a link to one counts.
    for (let i = 0; i < CARDS; i++) symlinkSync('/dev/null', path.join(this.#folder, 'dev', `gpu${i}`));
    const cards = path.join(this.#folder, 'dev', `gpu[0-${CARDS - 1}]`);
    writeFileSync(path.join(this.#folder, 'gres.conf'), `NodeName=n[1-2] Name=gpu File=${cards}\n`);
    const [controller, ...ports] = await freePorts(1 + NODES.length);
    const host = os.hostname().split('.')[0] ?? 'localhost';
    const user = os.userInfo().username;
    const nodes = NODES.map(
      (name, i) =>
        `NodeName=${name} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${ports[i]} CPUs=4 RealMemory=2000 Gres=gpu:${CARDS} State=UNKNOWN`,
    );
    const settings = {
      ...{ ClusterName: 'pretext', SlurmctldHost: `${host}(127.0.0.1)`, SlurmctldPort: controller },
      ...{ SlurmUser: user, SlurmdUser: user, AuthType: 'auth/none', CredType: 'cred/none' },
      // The pause before a job starts again.
      AuthInfo: 'cred_expire=5',
      StateSaveLocation: path.join(this.#folder, 'state'),
      SlurmdSpoolDir: path.join(this.#folder, '%n'),
      SlurmctldPidFile: path.join(this.#folder, 'run', 'slurmctld.pid'),
      SlurmdPidFile: path.join(this.#folder, 'run', '%n.pid'),
      SlurmctldLogFile: path.join(this.#folder, 'log', 'slurmctld'),
      SlurmdLogFile: path.join(this.#folder, 'log', '%n'),
      ...{ ProctrackType: 'proctrack/linuxproc', TaskPlugin: 'task/none', SwitchType: 'switch/none' },
      ...{ MailProg: '/bin/true', MpiDefault: 'none', ReturnToService: 2, SlurmctldTimeout: 10, SlurmdTimeout: 15 },
      ...{ KillWait: 5, InactiveLimit: 0, MinJobAge: 300, JobRequeue: 1, SchedulerType: 'sched/backfill' },
      SchedulerParameters: 'sched_interval=1,sched_min_interval=200000,bf_interval=1,batch_sched_delay=0',
      ...{ PriorityType: 'priority/basic', SelectType: 'select/cons_tres', SelectTypeParameters: 'CR_Core_Memory' },
      ...{ JobAcctGatherType: 'jobacct_gather/none', AccountingStorageType: 'accounting_storage/none' },
      ...{ MaxArraySize: 2001, MaxJobCount: 10_000, SlurmdParameters: 'config_overrides', GresTypes: 'gpu' },
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    const partitions = [
      'PartitionName=short Nodes=n[1-2] Default=YES MaxTime=60 DefMemPerCPU=100 State=UP',
      'PartitionName=closed Nodes=n[1-2] MaxTime=60 DefMemPerCPU=100 State=DOWN',
    ];
    writeFileSync(this.conf, `${[...lines, ...nodes, ...partitions].join('\n')}\n`);
  }

  /** Numbers are used again: it is ours if our configuration is in its command line. */
  #isAlive(daemon: Daemon): boolean {
    const file = path.join(this.#folder, 'run', `${daemon}.pid`);
    if (existsSync(file)) this.#pids.set(daemon, Number(readFileSync(file, 'utf8')));
    try {
      return readFileSync(`/proc/${this.#pids.get(daemon)}/cmdline`, 'utf8').includes(this.conf);
    } catch {
      return false;
    }
  }

  /** The daemons of running jobs work in our folder. */
  #stepDaemons(): number[] {
    return readdirSync('/proc').flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('slurmstepd')) return [];
        const files = readdirSync(`/proc/${pid}/fd`).map((name) => readlinkSync(`/proc/${pid}/fd/${name}`));
        return files.some((file) => file.startsWith(this.#folder)) ? [Number(pid)] : [];
      } catch {
        return [];
      }
    });
  }

  #environment(): NodeJS.ProcessEnv {
    return { ...process.env, SLURM_CONF: this.conf };
  }

  /** Programs of Slurm try for minutes to reach a controller. */
  #try(program: string, words: readonly string[]): string {
    return spawnSync(program, words, { env: this.#environment(), encoding: 'utf8', timeout: 5000 }).stdout;
  }

  #logs(): string {
    const folder = path.join(this.#folder, 'log');
    return readdirSync(folder)
      .map((name) => `${name}: ${readFileSync(path.join(folder, name), 'utf8').split('\n').slice(-4).join(' | ')}`)
      .join('; ');
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
