/**
 * `pipeline.lock.json`: the last success of each instance in values, small enough for git. One block per instance,
 * sorted, so that two branches conflict only in blocks that both changed. Sources and packages of a bundle are listed
 * once, under `bundles`, for all instances of a stage.
 */
import { lstatSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import pLimit from 'p-limit';
import { writeFileAtomic } from '../../util/atomic-file.ts';
import { byCodeUnit } from '../../util/canonical-json.ts';
import type { Digest } from '../../util/digest.ts';
import { err, ok, type Result } from '../../util/result.ts';
import { naming } from '../../util/system-error.ts';
import type { Diagnostic } from '../../formats/diagnostic.ts';
import type { Axes, CodeIdentity, Fingerprint, FingerprintRecord, InstanceId } from '../../formats/identity.ts';
import type { LockedBundle, LockedInstance, LockfileContent } from '../../formats/lockfile.ts';
import type { RunRecord, StoredOutput } from '../../formats/run-record.ts';
import { faultIn } from '../../formats/validation.ts';
import { validate } from '../../formats/validators/lockfile.generated.js';
import { declaredKind } from '../fingerprint.ts';
import { LockfileError } from './lockfile-error.ts';
import { conflictSides } from './merge-conflict.ts';

/** The parts of a record that identify it and its results. `why` compares them. */
export interface LockEntry {
  readonly fingerprint: Fingerprint;
  readonly identity: FingerprintRecord;
  readonly sources: Readonly<Record<string, Digest>>;
  readonly outputs: Readonly<Record<string, StoredOutput>>;
}

export interface Lockfile {
  get(id: InstanceId): LockEntry | undefined;
  entries(): ReadonlyMap<InstanceId, LockEntry>;
  /** The file holds a merge conflict: the entries are those of both sides, ours if they differ. Saving writes them. */
  readonly hadConflict: boolean;
  /** The record may have been made by another instance that was the same execution. */
  set(id: InstanceId, record: RunRecord): void;
  /**
   * Writes the file if an entry was set, or if it held a conflict. Entries of other instances that another command
   * wrote meanwhile are kept.
   */
  save(keeps: (id: InstanceId, axes: Axes) => boolean): Promise<void>;
}

/**
 * No file: an empty lockfile. A file that cannot be understood is left alone and named. A link stays one: its target is
 * written. @param drafts see withDraft
 */
export function openLockfile(named: string, drafts?: string): Result<Lockfile, Diagnostic> {
  const file = linkTarget(named);
  let text = readText(file);
  const read = parseLockfile(file, text);
  if (!read.ok) return read;
  let { entries, hadConflict } = read.value;
  const changed = new Map<InstanceId, LockEntry>();
  const texts = new WeakMap<LockEntry, string>();
  const inTurn = pLimit(1);

  return ok({
    get: (id) => changed.get(id) ?? entries.get(id),
    entries: () => new Map([...entries, ...changed]),
    get hadConflict() {
      return hadConflict;
    },
    set(id, { fingerprint, identity, sources, outputs }) {
      const old = changed.get(id) ?? entries.get(id);
      const entry: LockEntry = { fingerprint, identity, sources, outputs };
      if (!old || instanceBlock(old) !== instanceBlock(entry)) changed.set(id, entry);
    },
    save: (keeps) =>
      inTurn(async () => {
        if (changed.size === 0 && !hadConflict) return;
        // By content: with coarse times, two versions of a file may have the same stat.
        const present = readText(file);
        if (present !== text) {
          const others = parseLockfile(file, present);
          if (!others.ok) throw new LockfileError(others.error);
          ({ entries } = others.value);
        }
        const now = [...changed];
        for (const [id, entry] of now) entries.set(id, entry);
        for (const [id, { identity }] of entries) if (!keeps(id, identity.axes)) entries.delete(id);
        const formatted = format(entries, texts);
        await writeFileAtomic(file, formatted, { ...(drafts !== undefined && { drafts }) });
        text = formatted;
        hadConflict = false;
        for (const [id, entry] of now) if (changed.get(id) === entry) changed.delete(id);
      }),
  });
}

/** The path itself, if it is no link. The target need not exist. */
function linkTarget(file: string): string {
  for (let at = file, links = 0; ; links++) {
    const stat = lstatSync(at, { throwIfNoEntry: false });
    if (!stat?.isSymbolicLink() || links === MOST_LINKS) return at;
    at = path.resolve(path.dirname(at), readlinkSync(at));
  }
}

/** As many as Linux follows. */
const MOST_LINKS = 40;

export interface Pruned {
  /** The text without the dropped entries. */
  readonly text: string;
  readonly dropped: readonly InstanceId[];
}

/** The lockfile without the entries of other instances than those that it is to keep. Nothing is written. */
export function prunedLockfile(named: string, keeps: (id: InstanceId) => boolean): Result<Pruned, Diagnostic> {
  const file = linkTarget(named);
  const text = readText(file);
  const read = parseLockfile(file, text);
  if (!read.ok) return read;
  const { entries, hadConflict } = read.value;
  if (hadConflict)
    return err(
      fault(
        `${path.basename(file)} holds a merge conflict: nothing is dropped from it.`,
        'The next run writes it without the conflict.',
      ),
    );
  const dropped = [...entries.keys()].filter((id) => !keeps(id));
  for (const id of dropped) entries.delete(id);
  return ok({ text: dropped.length === 0 ? (text ?? '') : format(entries, new WeakMap()), dropped });
}

/** Writes the lockfile without those entries, as they are now. @param drafts see withDraft */
export async function pruneLockfile(named: string, keeps: (id: InstanceId) => boolean, drafts: string): Promise<void> {
  const pruned = prunedLockfile(named, keeps);
  if (!pruned.ok) throw new LockfileError(pruned.error);
  if (pruned.value.dropped.length > 0) await writeFileAtomic(linkTarget(named), pruned.value.text, { drafts });
}

// The content of the file. ---------------------------------------------------------------------------------------

/** Undefined: there is none. */
function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw naming(file, error);
  }
}

interface Read {
  readonly entries: Map<InstanceId, LockEntry>;
  readonly hadConflict: boolean;
}

/**
 * Every entry describes a real success of an instance, so two sides of a merge can be joined.
 * @param file names it in messages
 */
export function parseLockfile(file: string, text: string | undefined): Result<Read, Diagnostic> {
  if (text === undefined) return ok({ entries: new Map(), hadConflict: false });
  const name = path.basename(file);
  try {
    const sides = conflictSides(text);
    if (!sides) return ok({ entries: parse(text), hadConflict: false });
    const [ours, theirs] = sides.map(parse) as [Map<InstanceId, LockEntry>, Map<InstanceId, LockEntry>];
    return ok({ entries: new Map([...theirs, ...ours]), hadConflict: true });
  } catch (error) {
    if (/^(<{7}|={7}|>{7})/m.test(text)) {
      return err(
        fault(
          `${name} holds a merge conflict with an unreadable side.`,
          `Take either side (git checkout --ours ${name}); the next run brings it up to date.`,
        ),
      );
    }
    return err(
      fault(
        `${name} cannot be read: ${(error as Error).message}.`,
        `Restore it (git checkout ${name}), or delete it: results in the store are found without it.`,
      ),
    );
  }
}

function fault(message: string, remedy: string): Diagnostic {
  return { code: 'lockfile-unreadable', severity: 'error', message, remedy };
}

/** Throws an error with the finding where the text is no lockfile. */
function parse(text: string): Map<InstanceId, LockEntry> {
  const { bundles, instances } = contentOf(text);
  return new Map(
    Object.entries(instances).map(([id, { fingerprint, code, params, axes, env, inputs, outputs }]) => {
      const bundle = 'bundle' in code ? bundles[code.bundle] : undefined;
      if ('bundle' in code && !bundle) throw new Error(`the bundle ${code.bundle} of ${id} is missing`);
      const identity: FingerprintRecord = {
        format: 1,
        code:
          'bundle' in code
            ? { kind: 'module', bundle: code.bundle, packages: bundle?.packages ?? {} }
            : { kind: 'command', template: code.command, ...(code.shell !== undefined && { shell: code.shell }) },
        params,
        axes,
        env,
        inputs,
        outputs: Object.fromEntries(
          Object.entries(outputs).map(([output, { kind, file }]) => [output, { kind: declaredKind(kind), file }]),
        ),
      };
      return [id as InstanceId, { fingerprint, identity, sources: bundle?.sources ?? {}, outputs }];
    }),
  );
}

function contentOf(text: string): LockfileContent {
  const value = JSON.parse(text) as { readonly format?: unknown } | null;
  const format = value?.format;
  if (format !== undefined && format !== 1)
    throw new Error(`format ${JSON.stringify(format)} is unknown, this version reads format 1`);
  const fault = faultIn(validate, value);
  if (fault !== undefined) throw new Error(fault);
  return value as LockfileContent;
}

function format(entries: ReadonlyMap<InstanceId, LockEntry>, texts: WeakMap<LockEntry, string>): string {
  const bundles = new Map<Digest, string>();
  const blocks = [...entries]
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([id, entry]) => {
      const { code } = entry.identity;
      if (code.kind === 'module' && !bundles.has(code.bundle))
        bundles.set(code.bundle, bundleBlock(code.packages, entry.sources));
      let text = texts.get(entry);
      if (text === undefined) texts.set(entry, (text = instanceBlock(entry)));
      return `    ${JSON.stringify(id)}: ${text}`;
    });
  const bundleBlocks = [...bundles]
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([digest, text]) => `    "${digest}": ${text}`);
  return `{\n  "format": 1,\n  "bundles": {${section(bundleBlocks)}},\n  "instances": {${section(blocks)}}\n}\n`;
}

function section(blocks: readonly string[]): string {
  return blocks.length === 0 ? '' : `\n${blocks.join(',\n')}\n  `;
}

function instanceBlock({ fingerprint, identity, outputs }: LockEntry): string {
  const { code, params, axes, env, inputs } = identity;
  const block: LockedInstance = {
    fingerprint,
    code: codeBlock(code),
    params,
    axes,
    env,
    inputs,
    outputs,
  };
  return indented(block);
}

function codeBlock(code: CodeIdentity): LockedInstance['code'] {
  if (code.kind === 'module') return { bundle: code.bundle };
  return { command: code.template, ...(code.shell !== undefined && { shell: code.shell }) };
}

function bundleBlock(packages: LockedBundle['packages'], sources: LockedBundle['sources']): string {
  return indented({ packages, sources });
}

function indented(value: object): string {
  return JSON.stringify(sorted(value), null, 2).replaceAll('\n', '\n    ');
}

/** Keys in code-unit order, all the way down. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => byCodeUnit(a, b))
      .map(([key, member]) => [key, sorted(member)]),
  );
}
