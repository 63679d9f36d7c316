/** The permanent lines: one for each event of an instance. Shared by the plain and the live renderer. */
import type { ReproductionVerdict } from '../../formats/reproduction.ts';
import type { RunEvent } from '../../runner/event.ts';
import type { Colors } from '../colors.ts';
import { auditText } from '../audit-text.ts';
import { failureText } from '../failure-text.ts';
import { reasonText } from '../reason-text.ts';
import { bytes } from '../text/bytes.ts';
import { count } from '../text/count.ts';
import { duration } from '../text/duration.ts';
import type { View } from './renderer.ts';

/** One line, or undefined for an event without one. */
export function eventLine(event: RunEvent, colors: Colors, path: View['path']): string | undefined {
  switch (event.type) {
    case 'plan':
      return planText(event);
    case 'notice':
      return `${colors.yellow('note')}     ${event.message}`;
    case 'restored':
      return `${colors.cyan('cached')}   ${event.id}  restored ${bytes(event.bytes)}`;
    case 'waiting':
      return `waiting  ${event.id}  being executed by ${event.holder}`;
    case 'started':
      return `start    ${event.id}${startNote(event)}`;
    case 'warning':
      return `${colors.yellow('warning')}  ${event.id}  ${event.message}`;
    case 'succeeded':
      return `${colors.green('done')}     ${event.id}  ${duration(event.seconds)}`;
    case 'retrying':
      return `${colors.yellow('retry')}    ${event.id}  ${failureText(event.failure)}; attempt ${event.attempt} in ${duration(event.delayMs / 1000)}`;
    case 'failed':
      return `${colors.red('FAILED')}   ${event.id}  ${failureText(event.failure)}${event.log === undefined ? '' : ` -> ${path(event.log)}`}`;
    case 'blocked':
      return `${colors.yellow('blocked')}  ${event.id}  ${event.because === undefined ? event.reasons.map(reasonText).join(', ') : `needs ${event.because}`}`;
    case 'interrupted':
      return `${colors.yellow('stopped')}  ${event.id}`;
    case 'submitted':
      return `${colors.cyan('queued')}   ${event.id}`;
    case 'unpublished':
      return `${colors.red('KEPT')}     ${event.id}  ${event.path} holds a file that this pipeline did not write; move it away and run again`;
    case 'audited':
      return `${auditMark(event.audit.verdict, colors)}  ${event.id}  ${auditText(event.audit)}`;
    case 'fresh':
    case 'progress':
    case 'metric':
    case 'finished':
      return undefined;
  }
}

function auditMark(verdict: ReproductionVerdict, colors: Colors): string {
  return verdict === 'different' ? colors.red('DIFFERS') : colors.green('audited');
}

/** Nothing is said when there is nothing to do: the closing line says it. */
function planText({ plan }: Extract<RunEvent, { type: 'plan' }>): string | undefined {
  const numberOf = (kind: string): number => plan.entries.filter(({ verdict }) => verdict.kind === kind).length;
  const parts = [
    [numberOf('run'), 'to run'],
    [numberOf('restore'), 'to restore'],
    [numberOf('blocked'), 'blocked'],
    [numberOf('fresh'), 'up to date'],
  ] as const;
  if (numberOf('fresh') === plan.entries.length) return undefined;
  const said = parts.flatMap(([number, word]) => (number === 0 ? [] : [`${number} ${word}`]));
  return `${plan.pipeline.name}: ${count(plan.entries.length, 'instance')}, ${said.join(', ')}`;
}

function startNote({ attempt, resumed, reasons }: Extract<RunEvent, { type: 'started' }>): string {
  const notes = [
    ...(attempt > 1 ? [`attempt ${attempt}`] : []),
    ...(resumed ? ['resumes from its checkpoint'] : []),
    ...reasons.slice(0, 1).map(reasonText),
    ...(reasons.length > 1 ? [`and ${count(reasons.length - 1, 'more reason')}`] : []),
  ];
  return notes.length === 0 ? '' : `  (${notes.join(', ')})`;
}
