/**
 * The last line or two of a run: the finished work, and the published files. All that there is to say when nothing was
 * to do.
 */
import type { RunSummary } from '../../formats/events.ts';
import { duration } from '../text/duration.ts';
import type { Stream } from '../terminal.ts';
import type { View } from './renderer.ts';

const MOST_PUBLISHED = 5;

export function writeTotals(summary: RunSummary, { terminal }: View): void {
  const { results } = terminal;
  results.write(`${totalsText(summary)}\n`);
  const shown = summary.published.slice(0, MOST_PUBLISHED);
  const more = summary.published.length - shown.length;
  if (shown.length > 0) results.write(`Published: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}\n`);
  writeUnpublished(summary, results);
}

export function writeUnpublished({ unpublished }: RunSummary, results: Stream): void {
  for (const place of unpublished)
    results.write(
      `Not published: ${place} holds a file that this pipeline did not write. Move it away and run again.\n`,
    );
}

export function totalsText({ outcome, seconds, counts }: RunSummary): string {
  const { fresh, restored, executed, failed, blocked, interrupted, submitted = 0 } = counts;
  const total = fresh + restored + executed + failed + blocked + interrupted + submitted;
  if (outcome === 'done' && fresh === total) return `Nothing to do: ${fresh} of ${total} up to date.`;
  const parts = [
    [executed, 'executed'],
    [restored, 'restored'],
    [fresh, 'up to date'],
    [failed, 'failed'],
    [blocked, 'blocked'],
    [interrupted, 'interrupted'],
    [submitted, 'submitted'],
  ] as const;
  const said = parts.flatMap(([number, word]) => (number === 0 ? [] : [`${number} ${word}`]));
  const verb = { done: 'Done', failed: 'Failed', interrupted: 'Interrupted' }[outcome];
  return `${verb} after ${duration(seconds)}: ${said.join(', ') || 'nothing was started'}.`;
}
