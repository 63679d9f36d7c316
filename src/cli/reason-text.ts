/** Why something will run, in values. The one place where reasons become sentences. */
import type { Json } from '../util/json.ts';
import { unreachable } from '../util/unreachable.ts';
import { changedText, dayText } from './data/change-text.ts';
import type { InstanceId } from '../formats/identity.ts';
import type { PublishedReason, Reason } from '../formats/reason.ts';
import { at } from '../util/known.ts';

export function reasonText(reason: Reason): string {
  switch (reason.kind) {
    case 'never-run':
      return 'never run';
    case 'axes':
      return `${axesText(reason)}: it ran as ${reason.before}`;
    case 'forced':
      return 'forced';
    case 'audit':
      return reason.finding ?? 'once more, to compare';
    case 'not-in-store':
      return 'its results are no longer in the store';
    case 'damaged':
      return `output ${reason.output} is damaged in the store`;
    case 'param':
      return valueChange(`params.${reason.path}`, reason);
    case 'env':
      return valueChange(`env ${reason.name}`, reason);
    case 'input':
      return changedContent(reason.path, reason);
    case 'data':
      return versionChange(reason);
    case 'produced':
      return changedContent(`input ${reason.input} of ${reason.producer}`, reason);
    case 'produced-will-change':
      return `input ${reason.input} of ${reason.producer} will change`;
    case 'missing-input':
      return `input ${reason.input} is missing: ${reason.path}${reason.suggestion === undefined ? '' : `; did you mean "${reason.suggestion}"?`}${reason.source === undefined ? '' : ` (get it from ${reason.source})`}`;
    case 'unmatched-input':
      return `input ${reason.input} is missing: no file matches ${reason.pattern}`;
    case 'unreadable-input':
      return `input ${reason.input} cannot be read: ${reason.path} (${reason.message})`;
    case 'producer-blocked':
      return `input ${reason.input} cannot be made: ${reason.producer} is blocked`;
    case 'broken-code':
      return `code: ${reason.diagnostic.message}`;
    case 'source':
      return `code: ${reason.path} ${reason.change}`;
    case 'package':
      return change(`package ${reason.name}`, reason.before, reason.after);
    case 'command':
      return valueChange('command', reason);
    case 'outputs':
      return reason.message;
    case 'published':
      return `${reason.path} ${PUBLISHED[reason.change]}`;
    case 'found-in-store':
      return 'found in the store';
    default:
      return unreachable(reason);
  }
}

/** `axis seed is new`, `axes seed, fold are new and axis model is gone`. */
function axesText({ added, removed }: Extract<Reason, { kind: 'axes' }>): string {
  const parts = [
    [added, 'new'],
    [removed, 'gone'],
  ] as const;
  return parts
    .filter(([names]) => names.length > 0)
    .map(
      ([names, word]) =>
        `${names.length === 1 ? 'axis' : 'axes'} ${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} ${word}`,
    )
    .join(' and ');
}

const PUBLISHED: Readonly<Record<PublishedReason['change'], string>> = {
  missing: 'is missing',
  permissions: 'has other permissions',
  'earlier-result': 'holds an earlier result',
  edited: 'was edited',
  'in-the-way': 'holds a file that this pipeline did not write',
};

/** At most `limit` lines: equal reasons about many instances of a producer are one line, and the rest is counted. */
export function reasonLines(reasons: readonly Reason[], limit: number): string[] {
  const lines = gathered(reasons).map(reasonText);
  return lines.length <= limit ? lines : [...lines.slice(0, limit - 1), `and ${lines.length - limit + 1} more`];
}

/**
 * The same reason for all instances of a stage: producers by the name of their stage, so that instances can be grouped.
 */
export function stageLevel(reason: Reason): Reason {
  if (!('producer' in reason)) return reason;
  const producer = stageOf(reason.producer) as InstanceId;
  return reason.kind === 'produced'
    ? { kind: 'produced', input: reason.input, producer, output: reason.output }
    : { ...reason, producer };
}

function gathered(reasons: readonly Reason[]): Reason[] {
  const groups = new Map<string, Reason[]>();
  for (const reason of reasons) {
    const key = JSON.stringify(stageLevel(reason));
    groups.set(key, [...(groups.get(key) ?? []), reason]);
  }
  return [...groups.values()].map((group) => {
    const first = at(group, 0);
    if (group.length === 1 || !('producer' in first)) return first;
    return { ...stageLevel(first), producer: `${stageOf(first.producer)} (${group.length} instances)` as InstanceId };
  });
}

/** `pretrain` of `pretrain:start=random`. */
export const stageOf = (id: InstanceId): string => at(id.split(':', 1), 0);

function change(name: string, before: string | undefined, after: string | undefined): string {
  if (before === undefined) return after === undefined ? `${name} changed` : `${name} added: ${after}`;
  if (after === undefined) return `${name} removed (was ${before})`;
  return `${name} ${before} -> ${after}`;
}

/** `data/ham10000: version 3f9a of 12 May -> 77b1 of today, 14 images and 3 labels changed` */
function versionChange(reason: Extract<Reason, { kind: 'data' }>): string {
  const version = (digest: string, added: string | undefined): string =>
    added === undefined ? 'files of now that are no version' : `${digest.slice(0, 4)} of ${dayText(added, new Date())}`;
  const before = version(reason.before, reason.beforeAdded);
  const after = version(reason.after, reason.afterAdded);
  const noun = reason.beforeAdded === undefined ? '' : 'version ';
  return `${reason.path}: ${noun}${before} -> ${after}, ${changedText(reason)}`;
}

function changedContent(
  name: string,
  { before, after }: { readonly before?: string; readonly after?: string },
): string {
  if (before === undefined) return after === undefined ? `${name} changed` : `${name} added (${short(after)})`;
  if (after === undefined) return `${name} removed (was ${short(before)})`;
  return `${name} changed (${short(before)} -> ${short(after)})`;
}

function valueChange(name: string, { before, after }: { readonly before?: Json; readonly after?: Json }): string {
  const [old, current] = focus(
    before === undefined ? undefined : JSON.stringify(before),
    after === undefined ? undefined : JSON.stringify(after),
  );
  return change(name, old, current);
}

const short = (content: string): string => (/^[0-9a-f]{8,}$/.test(content) ? `${content.slice(0, 4)}..` : content);

const LONGEST_VALUE = 60;
const CONTEXT = 12;

/** Long values are cut to the part that differs: two equal beginnings would explain nothing. */
function focus(before: string | undefined, after: string | undefined): [string | undefined, string | undefined] {
  let start = 0;
  if (before !== undefined && after !== undefined && Math.max(before.length, after.length) > LONGEST_VALUE) {
    while (start < before.length && before[start] === after[start]) start++;
  }
  const from = start <= CONTEXT ? 0 : start - CONTEXT;
  const cut = (text: string | undefined): string | undefined => text && excerpt(text, from);
  return [cut(before), cut(after)];
}

function excerpt(text: string, from: number): string {
  const head = from === 0 ? '' : '…';
  const tail = text.length - from > LONGEST_VALUE ? '…' : '';
  return head + text.slice(from, from + LONGEST_VALUE) + tail;
}
