/** Puts the outputs that the lockfile names into the workspace or another folder, without executing anything. */
import { rename } from 'node:fs/promises';
import path from 'node:path';
import type { Lockfile } from '../lockfile/lockfile.ts';
import type { Instance } from '../pipeline.ts';
import type { StoredOutput } from '../../formats/run-record.ts';
import type { CheckedOut } from '../results.ts';
import { replaceWith } from '../store/copy.ts';
import type { DigestCache } from '../store/digest-cache.ts';
import { instanceFolderName } from '../store/instance-folder-name.ts';
import type { Store } from '../store/store.ts';
import { contentNow, isInPlace, isInStore, isKept, isSameContent, type TargetContent } from './target-content.ts';

interface CheckoutDeps {
  readonly root: string;
  readonly store: Store;
  readonly contents: DigestCache;
  readonly lock: Lockfile;
  /** See withDraft. */
  readonly drafts: string;
}

export interface CheckoutOptions {
  /** Absolute: every output goes to `<to>/<instance>/<file>`. Otherwise those with `publish` go where it says. */
  readonly to?: string;
  /** Files of other content are renamed instead of being a reason to do nothing. */
  readonly aside: boolean;
}

type Examined =
  | { readonly kind: 'done'; readonly report: CheckedOut }
  | {
      readonly kind: 'due';
      readonly output: StoredOutput;
      readonly target: string;
      readonly found: TargetContent;
      readonly report: CheckedOut;
    };

/** If a file is in the way whose content the store lacks, nothing at all is written, unless `aside`. */
export async function checkOut(
  instances: readonly Instance[],
  { to, aside }: CheckoutOptions,
  deps: CheckoutDeps,
): Promise<CheckedOut[]> {
  const examined: Examined[] = [];
  for (const instance of instances) {
    for (const { name, target } of targetsOf(instance, to, deps.root))
      examined.push(await examine(instance, name, target, deps));
  }
  const edited = examined.flatMap(({ report }) => (report.state === 'edited' ? [report] : []));
  if (!aside && edited.length > 0) return edited;
  const reports: CheckedOut[] = [];
  for (const each of examined) reports.push(each.kind === 'due' ? await put(each, deps) : each.report);
  return withoutRepetition(reports);
}

function targetsOf(
  { id, outputs }: Instance,
  to: string | undefined,
  root: string,
): { readonly name: string; readonly target: string }[] {
  return Object.entries(outputs).flatMap(([name, { publish, file }]) => {
    if (to !== undefined) return [{ name, target: path.join(to, instanceFolderName(id), file) }];
    return publish === undefined ? [] : [{ name, target: path.resolve(root, publish) }];
  });
}

async function examine(
  { id }: Instance,
  name: string,
  target: string,
  { lock, store, contents }: CheckoutDeps,
): Promise<Examined> {
  const locked = lock.get(id);
  const done = (report: CheckedOut): Examined => ({ kind: 'done', report });
  if (!locked) return done({ instance: id, state: 'not-executed' });
  const output = locked.outputs[name];
  const common = { instance: id, output: name, path: target };
  if (!output) return done({ ...common, state: 'not-executed' });
  const found = await contentNow(target, contents);
  if (isInPlace(found, output)) return done({ ...common, state: 'in-place' });
  if (!(await isInStore(output, store))) return done({ ...common, state: 'not-in-store' });
  const isSafe = found.kind === 'nothing' || (found.kind === 'content' && (await isKept(found.content, store)));
  return { kind: 'due', output, target, found, report: { ...common, state: isSafe ? 'placed' : 'edited' } };
}

async function put(
  { output, target, found, report }: Extract<Examined, { kind: 'due' }>,
  { store, contents, drafts }: CheckoutDeps,
): Promise<CheckedOut> {
  let aside: string | undefined;
  const mayReplace = async (): Promise<boolean> => {
    if (!isSameContent(await contentNow(target, contents), found)) return false; // edited while the copy was made
    if (report.state === 'edited') await rename(target, (aside = nameAside(target)));
    return true;
  };
  const placed = await replaceWith(store, output, target, { drafts, mayReplace });
  contents.forget(target);
  if (!placed) return { ...report, state: 'edited' };
  return { ...report, state: 'placed', ...(aside !== undefined && { aside }) };
}

/** An instance that was not executed is told once, not for each of its outputs. */
function withoutRepetition(reports: readonly CheckedOut[]): CheckedOut[] {
  const told = new Set<string>();
  return reports.filter(({ instance, output }) => {
    if (output !== undefined) return true;
    if (told.has(instance)) return false;
    told.add(instance);
    return true;
  });
}

/** `report.html` becomes `report.edited-20261123T034012345Z.html`, which no file is called yet. */
function nameAside(target: string): string {
  const { dir, name, ext } = path.parse(target);
  return path.join(dir, `${name}.edited-${new Date().toISOString().replaceAll(/[-:.]/g, '')}${ext}`);
}
