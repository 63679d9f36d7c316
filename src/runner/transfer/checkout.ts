/** Restores outputs in the lockfile to the workspace or another folder, without executing anything. */
import { rename } from 'node:fs/promises';
import path from 'node:path';
import type { CheckedOut } from '../results.ts';
import type { Instance } from '../pipeline.ts';
import type { StoredOutput } from '../../formats/run-record.ts';
import type { DigestCache } from '../store/digest-cache.ts';
import { replaceWith, verifyContent } from '../store/copy.ts';
import { DamagedBlobError } from '../store/damaged-blob-error.ts';
import { UnreadableInputError } from '../store/listing.ts';
import type { Store } from '../store/store.ts';
import { instanceFolderName } from '../store/instance-folder-name.ts';
import type { Lockfile } from '../lockfile/lockfile.ts';

interface CheckoutDeps {
  readonly root: string;
  readonly store: Store;
  readonly contents: DigestCache;
  readonly lock: Lockfile;
}

export interface CheckoutOptions {
  /** Absolute: every output goes to `<to>/<instance>/<file>`. Otherwise those with `publish` go to that place. */
  readonly to?: string;
  /** Files of other content are renamed instead of being a reason to do nothing. */
  readonly aside: boolean;
}

interface Pending {
  readonly output: StoredOutput;
  readonly target: string;
  /** The content that was found there. */
  readonly found: string | undefined;
  readonly report: CheckedOut;
}

/** If a file with content that the store does not hold is in the way, nothing is written, unless `aside`. */
export async function checkOut(
  instances: readonly Instance[],
  { to, aside }: CheckoutOptions,
  deps: CheckoutDeps,
): Promise<CheckedOut[]> {
  const looked: (CheckedOut | Pending)[] = [];
  for (const instance of instances) {
    const outputs = deps.lock.get(instance.id)?.outputs;
    const targets = targetsOf(instance, to, deps.root);
    if (outputs === undefined)
      looked.push(...(targets.length === 0 ? [] : [{ instance: instance.id, state: 'not-executed' } as const]));
    else
      for (const { name, target } of targets)
        looked.push(await look({ instance, name, output: outputs[name], target }, deps));
  }
  const reports = looked.map((each) => ('report' in each ? each.report : each));
  if (!aside && reports.some(({ state }) => state === 'edited'))
    return reports.filter(({ state }) => state === 'edited');
  for (const [i, each] of looked.entries()) if ('report' in each) reports[i] = await put(each, deps);
  return reports;
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

async function look(
  {
    instance,
    name,
    output,
    target,
  }: {
    readonly instance: Instance;
    readonly name: string;
    readonly output: StoredOutput | undefined;
    readonly target: string;
  },
  { store, contents }: CheckoutDeps,
): Promise<CheckedOut | Pending> {
  const common = { instance: instance.id, output: name, path: target };
  if (output === undefined) return { ...common, state: 'not-executed' };
  const found = await digestAt(target, contents);
  if (found === output.digest) return { ...common, state: 'in-place' };
  if (!(await isKept(store, output, name))) return { ...common, state: 'not-in-store' };
  const kept =
    found === undefined || (found !== 'foreign' && (await isKept(store, (await contents.of(target))!, name)));
  return { output, target, found, report: { ...common, state: kept ? 'placed' : 'edited' } };
}

async function put({ output, target, found, report }: Pending, { store, contents }: CheckoutDeps): Promise<CheckedOut> {
  let aside: string | undefined;
  const placed = await replaceWith(store, output, target, async () => {
    if ((await digestAt(target, contents)) !== found) return false; // edited while the copy was made
    if (report.state === 'edited') await rename(target, (aside = nameAside(target)));
    return true;
  });
  contents.forget(target);
  if (!placed) return { ...report, state: 'edited' };
  return { ...report, state: 'placed', ...(aside !== undefined && { aside }) };
}

/** `report.html` becomes `report.edited-20261123T034012345Z.html`, which no file is called yet. */
function nameAside(target: string): string {
  const { dir, name, ext } = path.parse(target);
  return path.join(dir, `${name}.edited-${new Date().toISOString().replaceAll(/[-:.]/g, '')}${ext}`);
}

/** `foreign`: something that cannot be read. */
async function digestAt(target: string, contents: DigestCache): Promise<string | undefined> {
  contents.forget(target);
  try {
    return (await contents.of(target))?.digest;
  } catch (error) {
    if (error instanceof UnreadableInputError) return 'foreign';
    throw error;
  }
}

async function isKept(store: Store, content: Parameters<typeof verifyContent>[1], what: string): Promise<boolean> {
  try {
    await verifyContent(store, content, what);
    return true;
  } catch (error) {
    if (error instanceof DamagedBlobError) return false;
    throw error;
  }
}
