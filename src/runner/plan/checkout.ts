/** Puts what the lockfile names into the workspace or another folder, without executing anything. */
import { rename } from 'node:fs/promises';
import path from 'node:path';
import type { CheckedOut } from '../ledger.ts';
import type { Instance } from '../pipeline.ts';
import type { StoredOutput } from '../record.ts';
import type { Contents } from '../store/content.ts';
import { replaceWith, verifyContent } from '../store/copy.ts';
import { DamagedBlobError } from '../store/damage.ts';
import { UnreadableInputError } from '../store/listing.ts';
import type { Store } from '../store/store.ts';
import { folderNameOf } from './folder-name.ts';
import type { Lockfile } from './lockfile.ts';

interface Means {
  readonly root: string;
  readonly store: Store;
  readonly contents: Contents;
  readonly lock: Lockfile;
}

interface Options {
  /** Absolute: every output goes to `<to>/<instance>/<file>`. Otherwise those with `publish` go where it says. */
  readonly to?: string;
  /** Files of other content are renamed instead of being a reason to do nothing. */
  readonly aside: boolean;
}

interface Due {
  readonly output: StoredOutput;
  readonly place: string;
  /** The content that was found there. */
  readonly found: string | undefined;
  readonly report: CheckedOut;
}

/** Where a file stands in the way whose content the store does not hold, nothing at all is written, unless `aside`. */
export async function checkOut(
  instances: readonly Instance[],
  { to, aside }: Options,
  means: Means,
): Promise<CheckedOut[]> {
  const looked: (CheckedOut | Due)[] = [];
  for (const instance of instances) {
    const outputs = means.lock.get(instance.id)?.outputs;
    const places = placesOf(instance, to, means.root);
    if (outputs === undefined)
      looked.push(...(places.length === 0 ? [] : [{ instance: instance.id, state: 'not-executed' } as const]));
    else
      for (const { name, place } of places)
        looked.push(await look({ instance, name, output: outputs[name], place }, means));
  }
  const reports = looked.map((each) => ('report' in each ? each.report : each));
  if (!aside && reports.some(({ state }) => state === 'edited'))
    return reports.filter(({ state }) => state === 'edited');
  for (const [i, each] of looked.entries()) if ('report' in each) reports[i] = await put(each, means);
  return reports;
}

function placesOf(
  { id, outputs }: Instance,
  to: string | undefined,
  root: string,
): { readonly name: string; readonly place: string }[] {
  return Object.entries(outputs).flatMap(([name, { publish, file }]) => {
    if (to !== undefined) return [{ name, place: path.join(to, folderNameOf(id), file) }];
    return publish === undefined ? [] : [{ name, place: path.resolve(root, publish) }];
  });
}

async function look(
  {
    instance,
    name,
    output,
    place,
  }: {
    readonly instance: Instance;
    readonly name: string;
    readonly output: StoredOutput | undefined;
    readonly place: string;
  },
  { store, contents }: Means,
): Promise<CheckedOut | Due> {
  const common = { instance: instance.id, output: name, place };
  if (output === undefined) return { ...common, state: 'not-executed' };
  const found = await digestAt(place, contents);
  if (found === output.digest) return { ...common, state: 'in-place' };
  if (!(await isKept(store, output, name))) return { ...common, state: 'not-in-store' };
  const kept = found === undefined || (found !== 'foreign' && (await isKept(store, (await contents.of(place))!, name)));
  return { output, place, found, report: { ...common, state: kept ? 'placed' : 'edited' } };
}

async function put({ output, place, found, report }: Due, { store, contents }: Means): Promise<CheckedOut> {
  let aside: string | undefined;
  const placed = await replaceWith(store, output, place, async () => {
    if ((await digestAt(place, contents)) !== found) return false; // edited while the copy was made
    if (report.state === 'edited') await rename(place, (aside = nameAside(place)));
    return true;
  });
  contents.forget(place);
  if (!placed) return { ...report, state: 'edited' };
  return { ...report, state: 'placed', ...(aside !== undefined && { aside }) };
}

/** `report.html` becomes `report.edited-20261123T034012345Z.html`, which no file is called yet. */
function nameAside(place: string): string {
  const { dir, name, ext } = path.parse(place);
  return path.join(dir, `${name}.edited-${new Date().toISOString().replaceAll(/[-:.]/g, '')}${ext}`);
}

/** `foreign`: something that cannot be read. */
async function digestAt(place: string, contents: Contents): Promise<string | undefined> {
  contents.forget(place);
  try {
    return (await contents.of(place))?.digest;
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
