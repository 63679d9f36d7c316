/** The present identity of an instance: the record behind its fingerprint, as far as it is known yet. */
import path from 'node:path';
import { canonicalJson } from '../../util/canonical-json.ts';
import { closestFile } from '../../util/closest-file.ts';
import { digestOf } from '../../util/digest.ts';
import type { JsonObject } from '../../util/json.ts';
import type { BundleCache, ModuleCode } from '../code/bundle-cache.ts';
import type {
  CodeIdentity,
  Fingerprint,
  FingerprintRecord,
  InputIdentity,
  Axes,
  InstanceId,
} from '../../formats/identity.ts';
import type { Reason } from '../../formats/reason.ts';
import type { Origin, RunRecord, StoredOutput } from '../../formats/run-record.ts';
import type { Input, Instance, Produced } from '../pipeline.ts';
import type { Content } from '../store/content.ts';
import type { DigestCache } from '../store/digest-cache.ts';
import { UnreadableInputError } from '../store/listing.ts';
import type { Identified } from './compare.ts';
import { contentOfInput } from './workspace-inputs.ts';

export type Identification =
  | ({
      readonly kind: 'known';
      readonly fingerprint: Fingerprint;
      readonly assumed: readonly Reason[];
    } & IdentityDetails)
  /** A producer must run first. `identity` holds the inputs that are known; `pending` names the others. */
  | ({
      readonly kind: 'pending';
      readonly pending: readonly Reason[];
      readonly assumed: readonly Reason[];
    } & IdentityDetails)
  | { readonly kind: 'blocked'; readonly reasons: readonly Reason[] };

export interface IdentityDetails extends Identified {
  readonly origins: Readonly<Record<string, readonly Origin[]>>;
}

export type ProducedResults = Pick<RunRecord, 'fingerprint' | 'outputs'>;

/** The results of a producer, or the reason why there are none. */
export type ProducerState =
  | { readonly kind: 'done'; readonly results: ProducedResults }
  /** It must run first. */
  | { readonly kind: 'pending' }
  | { readonly kind: 'blocked' };

export interface IdentifyDeps {
  readonly root: string;
  readonly contents: DigestCache;
  readonly code: BundleCache;
  readonly producer: (id: InstanceId) => Promise<ProducerState>;
  /** The assumed identity of a missing workspace input; the identification lists the `assumed` ones. */
  readonly assume: (id: InstanceId, input: string) => InputIdentity | undefined;
}

export async function identify(instance: Instance, deps: IdentifyDeps): Promise<Identification> {
  const blocked: Reason[] = [];
  const pending: Reason[] = [];
  const assumed: Reason[] = [];
  const code = await codeOf(instance, deps, blocked);
  const inputs: Record<string, InputIdentity> = {};
  const origins: Record<string, readonly Origin[]> = {};
  for (const [name, input] of Object.entries(instance.inputs)) {
    const found = await inputOf(name, input, deps);
    const known = found.kind === 'known' ? found : assumption(instance.id, name, found, deps);
    if (known) [inputs[name], origins[name]] = [known.identity, known.origins];
    if (found.kind === 'known') continue;
    if (known) assumed.push(...found.reasons);
    else (found.kind === 'blocked' ? blocked : pending).push(...found.reasons);
  }
  if (!code || blocked.length > 0) return { kind: 'blocked', reasons: blocked };

  const identity: FingerprintRecord = {
    format: 1,
    code: code.identity,
    params: plain(instance.params),
    axes: plain(instance.axes),
    env: Object.fromEntries(instance.env.map((name) => [name, process.env[name] ?? null])),
    inputs,
    outputs: Object.fromEntries(
      Object.entries(instance.outputs).map(([name, { kind, file }]) => [name, { kind, file }]),
    ),
  };
  const details = { identity, sources: code.sources, origins };
  return pending.length > 0
    ? { kind: 'pending', pending, assumed, ...details }
    : { kind: 'known', fingerprint: fingerprintOf(identity), assumed, ...details };
}

/** Only for a missing input: an unreadable one is a fault. */
function assumption(
  id: InstanceId,
  name: string,
  { reasons: [reason] }: UnknownInput,
  { assume }: IdentifyDeps,
): KnownInput | undefined {
  if (reason?.kind !== 'missing-input' && reason?.kind !== 'unmatched-input') return undefined;
  const identity = assume(id, name);
  const origin: Origin =
    reason.kind === 'missing-input'
      ? { kind: 'path', path: reason.path }
      : { kind: 'path', path: reason.pattern, glob: true };
  return identity && { kind: 'known', identity, origins: [origin] };
}

/** SHA-256 of the record's canonical JSON (docs/fingerprint.md). */
export function fingerprintOf(identity: FingerprintRecord): Fingerprint {
  return digestOf(canonicalJson(identity)) as Fingerprint;
}

async function codeOf(
  { body }: Instance,
  { code }: IdentifyDeps,
  blocked: Reason[],
): Promise<{ identity: CodeIdentity; sources: ModuleCode['sources'] } | undefined> {
  if (body.kind === 'command') return { identity: body, sources: {} };
  const module = await code.of(body.module);
  if (!module.ok) {
    blocked.push({ kind: 'broken-code', diagnostic: module.error });
    return undefined;
  }
  const { bundle, packages, sources } = module.value;
  return { identity: { kind: 'module', bundle, packages }, sources };
}

interface KnownInput {
  readonly kind: 'known';
  readonly identity: InputIdentity;
  readonly origins: readonly Origin[];
}

interface UnknownInput {
  readonly kind: 'pending' | 'blocked';
  readonly reasons: readonly Reason[];
}

async function inputOf(name: string, input: Input, deps: IdentifyDeps): Promise<KnownInput | UnknownInput> {
  const { root, contents } = deps;
  switch (input.kind) {
    case 'none':
      return { kind: 'known', identity: { kind: 'none' }, origins: [] };
    case 'path':
      return fileInput(
        name,
        input.path,
        { kind: 'path', path: input.path },
        () => contentOfInput(input, root, contents),
        () => absentPath(name, input, root),
      );
    case 'glob':
      return fileInput(
        name,
        input.pattern,
        { kind: 'path', path: input.pattern, glob: true },
        () => contents.ofGlob(root, input.pattern),
        () => ({ kind: 'blocked', reasons: [{ kind: 'unmatched-input', input: name, pattern: input.pattern }] }),
      );
    case 'output': {
      const made = await producedBy(name, input, deps);
      if (made.kind !== 'done') return { kind: made.kind, reasons: [made.reason] };
      return {
        kind: 'known',
        identity: { kind: made.output.kind, digest: made.output.digest },
        origins: [made.origin],
      };
    }
    case 'gather':
      return gathered(
        await Promise.all(
          input.members.map(async (member) => ({
            axes: member.axes,
            made: await producedBy(name, member, deps),
          })),
        ),
      );
  }
}

function gathered(members: readonly { readonly axes: Axes; readonly made: Made }[]): KnownInput | UnknownInput {
  const missing = members.flatMap(({ made }) => (made.kind === 'done' ? [] : [made]));
  if (missing.length > 0) {
    const kind = missing.some((made) => made.kind === 'blocked') ? 'blocked' : 'pending';
    return { kind, reasons: missing.filter((made) => made.kind === kind).map((made) => made.reason) };
  }
  const done = members.flatMap(({ axes, made }) => (made.kind === 'done' ? [{ axes, ...made }] : []));
  return {
    kind: 'known',
    identity: { kind: 'gather', members: done.map(({ axes, output: { kind, digest } }) => ({ axes, kind, digest })) },
    origins: done.map(({ origin }) => origin),
  };
}

async function fileInput(
  name: string,
  file: string,
  origin: Origin,
  look: () => Promise<Content | undefined>,
  absent: () => KnownInput | UnknownInput,
): Promise<KnownInput | UnknownInput> {
  let content: Content | undefined;
  try {
    content = await look();
  } catch (error) {
    const unreadable = error instanceof UnreadableInputError || (error as NodeJS.ErrnoException).code === 'EACCES';
    if (!unreadable) throw error;
    return {
      kind: 'blocked',
      reasons: [{ kind: 'unreadable-input', input: name, path: file, message: (error as Error).message }],
    };
  }
  return content
    ? { kind: 'known', identity: { kind: content.kind, digest: content.digest }, origins: [origin] }
    : absent();
}

function absentPath(
  name: string,
  { path: file, optional, source }: Extract<Input, { kind: 'path' }>,
  root: string,
): KnownInput | UnknownInput {
  if (optional) return { kind: 'known', identity: { kind: 'none' }, origins: [] };
  const close = closestFile(path.resolve(root, file));
  const suggestion = close === undefined ? undefined : path.posix.join(path.posix.dirname(file), path.basename(close));
  return {
    kind: 'blocked',
    reasons: [
      {
        kind: 'missing-input',
        input: name,
        path: file,
        ...(source !== undefined && { source }),
        ...(suggestion !== undefined && { suggestion }),
      },
    ],
  };
}

type Made =
  | { readonly kind: 'done'; readonly output: StoredOutput; readonly origin: Origin }
  | { readonly kind: 'pending' | 'blocked'; readonly reason: Reason };

async function producedBy(input: string, produced: Produced, deps: IdentifyDeps): Promise<Made> {
  const { producer, output } = produced;
  const state = await deps.producer(producer);
  switch (state.kind) {
    case 'blocked':
      return { kind: 'blocked', reason: { kind: 'producer-blocked', input, producer } };
    case 'pending':
      return { kind: 'pending', reason: { kind: 'produced-will-change', input, producer, output } };
    case 'done': {
      const { fingerprint } = state.results;
      return {
        kind: 'done',
        output: outputOf(state.results, output),
        origin: { kind: 'run', fingerprint, instance: producer, output },
      };
    }
  }
}

/** The pipeline file was checked: a stage declares every output that another reads. */
export function outputOf({ outputs, fingerprint }: ProducedResults, name: string): StoredOutput {
  const output = outputs[name];
  if (!output) throw new Error(`Internal error: the result ${fingerprint} has no output ${name}.`);
  return output;
}

/** -0 and 0 are one value in JSON; undefined members are none. */
function plain<T extends JsonObject>(values: T): T {
  return JSON.parse(JSON.stringify(values)) as T;
}
