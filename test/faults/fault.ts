/** The faults that a campaign injects, and how one is drawn. */
import type { RandomSource } from '../../src/util/random.ts';
import type { Injection } from './preload.ts';
import { INSTANCES } from './project.ts';

export const KINDS = [
  'kill runner',
  'kill in a stage',
  'kill guard',
  'kill stage',
  'power cut',
  'disk full',
  'short write',
  'I/O error',
  'read error',
  'no descriptors',
  'read-only',
  'kill runner and guard',
  'output full',
  'output closed',
  'npx ended',
  'npm ended',
  'shell ended',
] as const;
export type Kind = (typeof KINDS)[number];

/** The start of a trial: with the user's files only, or after a run and an edit that makes all stages stale. */
export const STARTS = ['cold', 'warm'] as const;
export type Start = (typeof STARTS)[number];

export interface Fault {
  readonly kind: Kind;
  readonly start: Start;
  readonly injection: Injection;
  /** Instead, the runner is killed after it has reported this number of started stages. */
  readonly starts?: number;
  /** The program that starts the command and is ended instead of it, by one of the signals. */
  readonly wrapper?: Wrapper;
  readonly signal?: NodeJS.Signals;
  /** Standard output and standard error: on a full device, or without a reader after that number of started stages. */
  readonly output?: 'full' | 'closed';
  /** For other random choices. */
  readonly source: RandomSource;
}

export type Wrapper = 'npx' | 'npm' | 'shell';

const WRAPPERS: Partial<Record<Kind, Wrapper>> = { 'npx ended': 'npx', 'npm ended': 'npm', 'shell ended': 'shell' };
const SIGNALS = ['SIGTERM', 'SIGKILL', 'SIGHUP'] as const;

/** Numbers of Linux (errno.h) that fault.c sets. */
const ERRNO = { EIO: 5, EMFILE: 24, ENOSPC: 28, EROFS: 30 } as const;

/** Kinds that are not here happen at the start of a stage. */
const ACTIONS: Partial<Record<Kind, string>> = {
  'kill runner': 'kill',
  'kill guard': 'guard',
  'kill stage': 'stage',
  'power cut': 'kill',
  'disk full': `from ${ERRNO.ENOSPC}`,
  'short write': `short ${ERRNO.ENOSPC}`,
  'I/O error': `once ${ERRNO.EIO}`,
  'read error': `once ${ERRNO.EIO}`,
  'no descriptors': `once ${ERRNO.EMFILE}`,
  'read-only': `from ${ERRNO.EROFS}`,
};

/** The number of calls of an undisturbed run. */
export interface Calls {
  readonly changing: number;
  readonly reading: number;
}

/** Any call of the run is as likely as any other. */
export function drawFault(kind: Kind, source: RandomSource, calls: Readonly<Record<Start, Calls>>): Fault {
  const start = STARTS[source.integer(STARTS.length)]!;
  const action = ACTIONS[kind];
  if (action === undefined) return atAStart(kind, start, source);
  const reads = kind === 'read error' || kind === 'no descriptors';
  const at = 1 + source.integer(reads ? calls[start].reading : calls[start].changing);
  return { kind, start, injection: { at, action, ...(reads && { reads }) }, source };
}

function atAStart(kind: Kind, start: Start, source: RandomSource): Fault {
  const wrapper = WRAPPERS[kind];
  const signal = SIGNALS[source.integer(SIGNALS.length)];
  return {
    kind,
    start,
    injection: { at: 0, action: 'none' },
    starts: 1 + source.integer(INSTANCES),
    ...(wrapper !== undefined && { wrapper, ...(signal !== undefined && { signal }) }),
    ...(kind === 'output full' && { output: 'full' as const }),
    ...(kind === 'output closed' && { output: 'closed' as const }),
    source,
  };
}
