/** Why Slurm asked a job to end. The signal does not say it: the queue and the clock do. */
import type { SlurmCommands } from '../commands.ts';

/** Slurm looks at time limits every 30 s, so its signal comes early; and the answer takes a while. */
const SLACK_SECONDS = 60;

export type WhyStopped = 'time-limit' | 'other';

export async function whyStopped(jobId: string, graceSeconds: number, commands: SlurmCommands): Promise<WhyStopped> {
  const answer = await commands.call('squeue', ['--noheader', `--jobs=${jobId}`, '--format=%T|%L']);
  // Without an answer the job saves its checkpoint and ends. The next look at the queue decides.
  if (answer.kind !== 'answer') return 'other';
  const [state = '', left = ''] = answer.text.trim().split('|');
  const seconds = secondsOf(left);
  // A job that was cancelled is COMPLETING, perhaps shortly before its limit.
  return state === 'RUNNING' && seconds !== undefined && seconds <= graceSeconds + SLACK_SECONDS
    ? 'time-limit'
    : 'other';
}

/** Seconds of `1-02:03:04`, `02:03:04` or `3:04`; undefined for UNLIMITED and the like. */
export function secondsOf(text: string): number | undefined {
  const [, days = '0', clock = ''] = /^(?:(\d+)-)?(\d+(?::\d+){1,2})$/.exec(text.trim()) ?? [];
  if (clock === '') return undefined;
  return clock.split(':').reduce((sum, part) => 60 * sum + Number(part), 0) + 86_400 * Number(days);
}
