/** A table of past attempts, a line each. */
import type { Json } from '../../util/json.ts';
import { failureText } from '../failure-text.ts';
import { reasonLines } from '../reason-text.ts';
import type { Stream } from '../terminal.ts';
import { duration } from '../text/duration.ts';
import { instant } from '../text/instant.ts';
import { table, type Cell } from '../text/table.ts';
import type { PastAttempt } from './past-attempts.ts';
import { at } from '../../util/known.ts';

const MOST_REASONS = 3;
const MOST_METRICS = 4;

/** The instance is named only if there are several. */
export function resultsTable(events: readonly PastAttempt[], stream: Stream): string[] {
  const { colors } = stream;
  const several = new Set(events.map(({ instance }) => instance)).size > 1;
  const metered = events.some((event) => event.ended === 'executed' && Object.keys(event.metrics).length > 0);
  const layout = [
    { title: 'when' },
    ...(several ? [{ title: 'instance' }] : []),
    { title: 'ended' },
    { title: 'time', align: 'right' as const },
    { title: 'fingerprint' },
    ...(metered ? [{ title: 'metrics', fold: true }] : []),
    { title: 'what had changed', fold: true },
  ];
  const rows = events.map((event): Cell[] => [
    { text: instant(event.started) },
    ...(several ? [{ text: event.instance }] : []),
    {
      text: endText(event),
      style:
        event.ended === 'executed'
          ? event.current
            ? colors.green
            : String
          : event.ended === 'failed'
            ? colors.red
            : colors.yellow,
    },
    { text: duration(event.seconds) },
    { text: event.fingerprint?.slice(0, 12) ?? '' },
    ...(metered ? [{ text: event.ended === 'executed' ? metricsText(event.metrics) : '' }] : []),
    { text: reasonLines(event.changes, MOST_REASONS).join('\n') },
  ]);
  return table(layout, rows, stream.columns(), colors.dim);
}

function endText(event: PastAttempt): string {
  if (event.ended === 'executed') return event.current ? 'current' : 'done';
  return event.ended === 'failed' && event.failure !== undefined
    ? `failed: ${at(failureText(event.failure).split('\n', 1), 0)}`
    : event.ended;
}

function metricsText(metrics: Readonly<Record<string, Json>>): string {
  const scalars = Object.entries(metrics).filter(([, value]) => typeof value !== 'object');
  const shown = scalars
    .slice(0, MOST_METRICS)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [...shown, ...(scalars.length > shown.length ? [`and ${scalars.length - shown.length} more`] : [])].join(', ');
}
