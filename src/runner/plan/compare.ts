/** Compares two identities of one instance, in values. Pure. */
import { posix } from 'node:path';
import { byCodeUnit, canonicalJson } from '../../util/canonical-json.ts';
import type { Digest } from '../../util/digest.ts';
import type { Json, JsonObject } from '../../util/json.ts';
import type { CodeIdentity, FingerprintRecord, InputIdentity } from '../../formats/identity.ts';
import type { Reason } from '../../formats/reason.ts';
import type { Instance } from '../pipeline.ts';
import { globSelection } from '../store/glob.ts';
import type { TreeEntry } from '../store/tree.ts';
import { treeDifferences } from '../store/tree.ts';
import { field } from '../../util/known.ts';

/** One side of the comparison. */
export interface Identified {
  readonly identity: FingerprintRecord;
  readonly sources: Readonly<Record<string, Digest>>;
}

/** The names and origins of inputs, for messages. */
type Inputs = Pick<Instance, 'inputs'>;

/** The files of a folder by its digest, if known. */
export type TreeLookup = (digest: Digest) => readonly TreeEntry[] | undefined;

/** A file or folder at one moment. */
type InputContent = Exclude<InputIdentity, { readonly kind: 'none' | 'gather' }>;

/** The change of an input that has versions; undefined: it has none, or the store does not know them. */
export type VersionLookup = (
  input: string,
  path: string,
  before: InputContent,
  after: InputContent,
) => Extract<Reason, { readonly kind: 'data' }> | undefined;

/** Knowledge about past content. */
export interface Lookups {
  readonly trees: TreeLookup;
  readonly versions: VersionLookup;
}

/** `after` may lack inputs that are not known yet: they are not compared. */
export function differences(instance: Inputs, before: Identified, after: Identified, lookups: Lookups): Reason[] {
  return [
    ...codeDifferences(before, after),
    ...paramDifferences(before.identity.params, after.identity.params),
    ...envDifferences(before.identity.env, after.identity.env),
    ...Object.keys(instance.inputs).flatMap((name) =>
      inputDifferences(instance, name, before.identity.inputs[name], after.identity.inputs[name], lookups),
    ),
    ...removedInputs(instance, before.identity),
    ...outputDifferences(before.identity, after.identity),
  ];
}

function codeDifferences(before: Identified, after: Identified): Reason[] {
  const [old, now] = [before.identity.code, after.identity.code];
  if (old.kind === 'command' || now.kind === 'command') {
    const [a, b] = [commandText(old), commandText(now)];
    return a === b ? [] : [{ kind: 'command', before: a, after: b }];
  }
  const packages = changedKeys(old.packages, now.packages).map((name): Reason => ({
    kind: 'package',
    name,
    ...pair(versionOnly(old.packages, now.packages, name), versionOnly(now.packages, old.packages, name)),
  }));
  if (old.bundle === now.bundle) return packages;
  const sources = changedKeys(before.sources, after.sources).map((path): Reason => ({
    kind: 'source',
    path,
    change: before.sources[path] === undefined ? 'added' : after.sources[path] === undefined ? 'removed' : 'changed',
  }));
  if (sources.length > 0) return [...sources, ...packages];
  return [{ kind: 'source', path: 'the way the module is bundled', change: 'changed' }, ...packages];
}

function commandText(code: CodeIdentity): string {
  return code.kind === 'command' ? shownCommand(code) : `module (bundle ${code.bundle.slice(0, 12)})`;
}

const shownCommand = ({ template, shell }: Extract<CodeIdentity, { kind: 'command' }>): string =>
  shell === undefined ? template : `${template} (by ${shell})`;

/** `1.2.3` if the versions differ, else with the integrity. */
function versionOnly(
  here: Readonly<Record<string, string>>,
  there: Readonly<Record<string, string>>,
  name: string,
): string | undefined {
  const [mine, other] = [here[name], there[name]];
  const short = mine?.split(' ')[0];
  return short === other?.split(' ')[0] ? mine : short;
}

type ParamDifference = Extract<Reason, { kind: 'param' }>;

/** Down to the single value: `pretrain.temperature`, `seeds.2`. */
export function paramDifferences(before: JsonObject, after: JsonObject): ParamDifference[] {
  const [old, now] = [leaves(before), leaves(after)];
  return changedKeys(old, now, (a, b) => canonicalJson(a) === canonicalJson(b)).map((path) => ({
    kind: 'param',
    path,
    ...pair(old[path], now[path]),
  }));
}

/** Every value that is not an object with members, by its dotted path. */
function leaves(value: Json, prefix = '', found: Record<string, Json> = {}): Record<string, Json> {
  const members =
    typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value as JsonObject) : [];
  if (members.length === 0 && prefix !== '') found[prefix] = value;
  for (const [key, member] of members) leaves(member, prefix === '' ? key : `${prefix}.${key}`, found);
  return found;
}

function envDifferences(before: FingerprintRecord['env'], after: FingerprintRecord['env']): Reason[] {
  return changedKeys(before, after).map((name) => ({
    kind: 'env',
    name,
    ...pair(before[name] ?? undefined, after[name] ?? undefined),
  }));
}

function inputDifferences(
  instance: Inputs,
  name: string,
  before: InputIdentity | undefined,
  after: InputIdentity | undefined,
  { trees, versions }: Lookups,
): Reason[] {
  if (!after) return [];
  if (before && canonicalJson(before) === canonicalJson(after)) return [];
  const input = field(instance.inputs, name);
  switch (input.kind) {
    case 'none':
      return [{ kind: 'input', input: name, path: 'null', ...pair(before && summary(before), undefined) }];
    case 'path': {
      const version = isContent(before) && isContent(after) ? versions(name, input.path, before, after) : undefined;
      return version ? [version] : fileReasons(name, input.path, before, after, trees);
    }
    case 'glob':
      return fileReasons(name, input.pattern, before, after, trees, globSelection(input.pattern).base);
    case 'output':
      return [
        {
          kind: 'produced',
          input: name,
          producer: input.producer,
          output: input.output,
          ...contents(before, after),
        },
      ];
    case 'gather': {
      const [old, now] = [memberContents(before), memberContents(after)];
      const changed = input.members.flatMap(({ axes, producer, output }): Reason[] => {
        const [a, b] = [old.get(canonicalJson(axes)), now.get(canonicalJson(axes))];
        return a?.digest === b?.digest && a?.kind === b?.kind
          ? []
          : [{ kind: 'produced', input: name, producer, output, ...contents(a, b) }];
      });
      if (changed.length > 0) return changed;
      return [
        {
          kind: 'input',
          input: name,
          path: `${name}, a gathered list`,
          ...pair(`${old.size} members`, `${now.size} members`),
        },
      ];
    }
  }
}

const isContent = (identity: InputIdentity | undefined): identity is InputContent =>
  identity !== undefined && identity.kind !== 'none' && identity.kind !== 'gather';

/** Down to the single file of a folder, if the store still knows both versions. */
function fileReasons(
  input: string,
  path: string,
  before: InputIdentity | undefined,
  after: InputIdentity,
  trees: TreeLookup,
  folder = path,
): Reason[] {
  if (before?.kind === 'folder' && after.kind === 'folder') {
    const [old, now] = [trees(before.digest), trees(after.digest)];
    const files = old && now ? treeDifferences(old, now) : [];
    if (files.length > 0) {
      return files.map(({ name, before: a, after: b }) => ({
        kind: 'input',
        input,
        path: posix.join(folder, name),
        ...pair(a, b),
      }));
    }
  }
  return [{ kind: 'input', input, path, ...contents(before, after) }];
}

function removedInputs(instance: Inputs, before: FingerprintRecord): Reason[] {
  return Object.keys(before.inputs)
    .filter((name) => !(name in instance.inputs))
    .map((name) => ({
      kind: 'input',
      input: name,
      path: name,
      ...pair(summary(field(before.inputs, name)), undefined),
    }));
}

function outputDifferences(before: FingerprintRecord, after: FingerprintRecord): Reason[] {
  const text = (output: { kind: string; file: string } | undefined) =>
    output && `${output.file}${output.kind === 'folder' ? '/' : ''}`;
  return changedKeys(before.outputs, after.outputs, (a, b) => text(a) === text(b)).map((name) => ({
    kind: 'outputs',
    message: `output ${name}: ${text(before.outputs[name]) ?? '(none)'} -> ${text(after.outputs[name]) ?? '(none)'}`,
  }));
}

function summary(identity: InputIdentity | Member): string | undefined {
  switch (identity.kind) {
    case 'none':
      return undefined;
    case 'gather':
      return `${identity.members.length} members`;
    default:
      return identity.digest;
  }
}

type Member = Extract<InputIdentity, { kind: 'gather' }>['members'][number];

function memberContents(identity: InputIdentity | undefined): Map<string, Member> {
  return new Map(
    identity?.kind === 'gather' ? identity.members.map((member) => [canonicalJson(member.axes), member]) : [],
  );
}

/** Digests where they differ, else kinds: a file that became executable has the same digest. */
function contents(
  before: InputIdentity | Member | undefined,
  after: InputIdentity | Member | undefined,
): { before?: string; after?: string } {
  const [a, b] = [before && summary(before), after && summary(after)];
  return a !== undefined && a === b ? { ...pair(before?.kind, after?.kind) } : pair(a, b);
}

function changedKeys<T>(
  before: Readonly<Record<string, T>>,
  after: Readonly<Record<string, T>>,
  same: (a: T, b: T) => boolean = (a, b) => a === b,
): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(byCodeUnit);
  return keys.filter((key) => !(key in before && key in after && same(field(before, key), field(after, key))));
}

function pair<T>(before: T | undefined, after: T | undefined): { before?: T; after?: T } {
  return { ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
}
