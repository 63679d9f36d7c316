/** Checks of the cluster's side: one small job for each partition of the settings. */
import { probeCluster, type Probe } from '../../runner/slurm/probe.ts';
import { slurmCommands } from '../../runner/slurm/commands.ts';
import { readSaveTimes, type SaveTimes } from '../../runner/slurm/save-times.ts';
import { DEFAULT_SLURM, REQUEUE_SECONDS, type SlurmSettings } from '../../runner/slurm/settings.ts';
import { jobProgram, stageProgram } from '../../runner/stage-program.ts';
import { bad, doubtful, good, type Finding } from './finding.ts';

/** A probe may wait for so long in the queue. */
const PATIENCE_MS = 60_000;
/** Clocks of hosts with NTP differ by less. */
const MOST_SKEW_SECONDS = 5;

/** @param folder of the project; @param settings undefined: the defaults of the cluster */
export async function slurm(
  settings: SlurmSettings = DEFAULT_SLURM,
  folder: string,
  storeFolder: string,
): Promise<Finding[]> {
  const commands = slurmCommands();
  const { gpu, cpu } = settings.partition;
  const probes = [
    { subject: `slurm ${cpu ?? ''}`.trim(), amounts: { cpu: 1 } },
    ...(gpu === undefined || gpu === cpu ? [] : [{ subject: `slurm ${gpu}`, amounts: { cpu: 1, gpu: 1 } }]),
  ];
  const paths = [process.execPath, jobProgram(), stageProgram('host'), folder, storeFolder];
  const options = { storeFolder, settings, paths, patience: PATIENCE_MS };
  const findings = await Promise.all(
    probes.map(async ({ subject, amounts }) =>
      findingOf(subject, await probeCluster({ ...options, amounts }, commands), 'gpu' in amounts),
    ),
  );
  return [...findings, graceFinding(settings.graceSeconds, readSaveTimes(storeFolder))];
}

/** Compares the time between the signal and the kill with the times that stages have needed. */
export function graceFinding(graceSeconds: number, times: readonly SaveTimes[]): Finding {
  const subject = 'slurm grace';
  const left = graceSeconds - REQUEUE_SECONDS;
  const grace = `a stage is killed ${left} s after it was asked to save and end`;
  const slow = times.filter(({ stop }) => stop !== undefined && stop >= left);
  if (slow.length > 0)
    return bad(
      subject,
      `${grace}, and ${slow.map(({ stage, stop }) => `${stage} took ${stop} s`).join(', ')}`,
      `Set slurm.grace to ${2 * Math.max(...slow.map(({ stop = 0 }) => stop)) + REQUEUE_SECONDS}s or more.`,
    );
  const rare = times.filter(({ stop, betweenSaves }) => stop === undefined && betweenSaves >= left);
  if (rare.length > 0)
    return doubtful(
      subject,
      `${grace}, and ${rare.map(({ stage, betweenSaves }) => `${stage} saves every ${betweenSaves} s`).join(', ')}`,
      'Nothing is lost if the stage saves on SIGTERM. Else raise slurm.grace, or save more often.',
    );
  if (times.length === 0) return good(subject, `${grace}; no stage has saved a checkpoint in a job yet`);
  const longest = Math.max(...times.map(({ stop, betweenSaves }) => stop ?? betweenSaves));
  return good(subject, `${grace}; stages needed up to ${longest} s`);
}

export function findingOf(subject: string, probe: Probe, wantsCard: boolean): Finding {
  switch (probe.kind) {
    case 'unreachable':
      return bad(subject, `Slurm gives no answer: ${probe.message}`, 'Run on a login node, where `sinfo` answers.');
    case 'refused':
      return bad(subject, probe.failure.message, probe.failure.remedy ?? 'Correct the settings of slurm.');
    case 'waiting':
      return doubtful(
        subject,
        `the test job did not start within ${PATIENCE_MS / 1000} s (${probe.state}, ${probe.reason}), so the nodes were not looked at`,
        'Run doctor again when the queue is shorter. `sinfo -R` says why nodes are down.',
      );
    case 'unseen':
      return bad(
        subject,
        `the test job ended (${probe.state}), and what it wrote to the store is not here`,
        'Put the store on a file system that the nodes share with this host: `store` in the settings.',
      );
    case 'answered':
      return nodeFinding(subject, probe, wantsCard);
  }
}

function nodeFinding(
  subject: string,
  { node, version, unseen, clockAhead, cards }: Extract<Probe, { kind: 'answered' }>,
  wantsCard: boolean,
): Finding {
  if (unseen.length > 0)
    return bad(
      subject,
      `${node} does not see ${unseen.join(', ')}`,
      'Put Node.js, this package, the project and the store on a shared file system, under equal paths.',
    );
  if (version === '')
    return bad(subject, `${process.execPath} does not run on ${node}`, 'Install a Node.js that runs on all hosts.');
  if (Math.abs(clockAhead) > MOST_SKEW_SECONDS)
    return doubtful(
      subject,
      `the clock of ${node} and that of the store's file system differ by ${Math.abs(clockAhead)} s`,
      'Results are not affected; times in records and logs are. Let NTP set the clocks.',
    );
  if (wantsCard && cards === '')
    return bad(
      subject,
      `a job with --gpus=1 sees no card on ${node}`,
      'Ask the site how cards are requested: slurm.extra.',
    );
  const seen = wantsCard ? `, card ${cards}` : '';
  return good(subject, `${node}: Node ${version}${seen}; it sees Node.js, the package, the project and the store`);
}
