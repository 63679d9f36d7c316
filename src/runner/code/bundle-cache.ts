/** Which code would a module stage run? Asked once per module and command; a bundler is started only after a change. */
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import pLimit from 'p-limit';
import { writeScratch } from '../../util/atomic-file.ts';
import { digestOf, type Digest } from '../../util/digest.ts';
import { GRANTED_GPUS } from '../../util/granted-gpus.ts';
import { err, ok, type Result } from '../../util/result.ts';
import type { Diagnostic } from '../../formats/diagnostic.ts';
import type { DigestCache } from '../store/digest-cache.ts';
import { DamagedBlobError } from '../store/damaged-blob-error.ts';
import { readState, writeState, writeStateText } from '../store/state-file.ts';
import type { Store } from '../store/store.ts';
import { BUNDLE_FILE, bundleModule, type Bundler } from './bundle.ts';

/** The identity of a module stage's code. The bundle itself is a blob of the store. */
export interface ModuleCode {
  readonly bundle: Digest;
  readonly packages: Readonly<Record<string, string>>;
  readonly sources: Readonly<Record<string, Digest>>;
  /** The tensor engine is part of the bundle. */
  readonly usesEngine: boolean;
  /** The module may declare its inputs, parameters and outputs. */
  readonly definesStage: boolean;
}

export interface BundleCache {
  /** `module` is relative to the root. */
  of(module: string): Promise<Result<ModuleCode, Diagnostic>>;
  /** Writes bundle and source map into a folder, as BUNDLE_FILE and BUNDLE_FILE.map. */
  writeTo(bundle: Digest, folder: string): Promise<void>;
  /**
   * The bundle of a module as text. A command that only looks may have to bundle it again. Undefined if its sources
   * have changed since.
   */
  textOf(module: string, bundle: Digest): Promise<string | undefined>;
  /** The next question is answered by looking again. */
  forget(): void;
  save(): Promise<void>;
}

interface Remembered extends ModuleCode {
  readonly bytes: number;
  /** Digest of each file that had a say, and of the names in each ambiguous folder. */
  readonly files: Readonly<Record<string, Digest>>;
  readonly folders: Readonly<Record<string, Digest>>;
}

interface BundleCacheDeps {
  readonly root: string;
  readonly stateFolder: string;
  readonly contents: DigestCache;
  readonly store: Store;
  /** Bundles are kept in the store, to be executed. */
  readonly keeps: boolean;
  readonly bundle?: Bundler;
}

export function openBundleCache({
  root,
  stateFolder,
  contents,
  store,
  keeps,
  bundle: makeBundle = bundleModule,
}: BundleCacheDeps): BundleCache {
  const stateFile = path.join(stateFolder, 'bundles');
  const format = `bundles 3, esbuild ${bundlerVersion()}`;
  const known = new Map(readState(stateFile, format) as Iterable<[string, Remembered]> | undefined);
  /** Bundles that the store does not keep. */
  const texts = new Map<Digest, string>();
  const session = new Map<string, Promise<Result<ModuleCode, Diagnostic>>>();
  const few = pLimit(2);
  let learnt = false;

  async function look(module: string): Promise<Result<ModuleCode, Diagnostic>> {
    const old = known.get(module);
    const isThere = old && (!keeps || store.look(old.bundle, old.bytes) === 'intact');
    if (isThere && (await isCurrent(old))) return ok(old);
    const made = await few(() => makeBundle(root, module));
    if (!made.ok) return err(made.error);
    const { code, map, packages, sources, files, folders } = made.value;
    const digest = keeps ? await store.put(code) : digestOf(code);
    if (keeps) await writeMap(digest, map);
    else texts.set(digest, code);
    const entry: Remembered = {
      bundle: digest,
      bytes: Buffer.byteLength(code),
      packages,
      sources,
      usesEngine: code.includes(GRANTED_GPUS),
      definesStage: code.includes('defineStage'),
      files,
      folders: Object.fromEntries(folders.map((folder) => [folder, namesIn(path.join(root, folder))])),
    };
    known.set(module, entry);
    learnt = true;
    return ok(entry);
  }

  async function isCurrent(entry: Remembered): Promise<boolean> {
    for (const [file, digest] of Object.entries(entry.files)) {
      if ((await contents.of(path.join(root, file)))?.digest !== digest) return false;
    }
    return Object.entries(entry.folders).every(([folder, names]) => namesIn(path.join(root, folder)) === names);
  }

  const mapFile = (digest: Digest) => path.join(stateFolder, 'maps', `${digest}.map`);
  async function writeMap(digest: Digest, map: string): Promise<void> {
    await writeStateText(mapFile(digest), map);
  }

  return {
    of(module) {
      let answer = session.get(module);
      if (!answer) session.set(module, (answer = look(module)));
      return answer;
    },

    async writeTo(bundle, folder) {
      if ((await store.verify(bundle)) !== 'intact')
        throw new DamagedBlobError(bundle, 'The bundle of the stage', 'damaged');
      copyFileSync(store.pathOf(bundle), path.join(folder, BUNDLE_FILE));
      const map = readMap(mapFile(bundle));
      if (map)
        writeScratch(path.join(folder, `${BUNDLE_FILE}.map`), JSON.stringify({ ...map, sourceRoot: `${root}/` }));
    },

    async textOf(module, bundle) {
      const known = store.text(bundle) ?? texts.get(bundle);
      if (known !== undefined) return known;
      const made = await few(() => makeBundle(root, module));
      return made.ok && digestOf(made.value.code) === bundle ? made.value.code : undefined;
    },

    forget() {
      session.clear();
    },

    async save() {
      if (learnt) await writeState(stateFile, format, [...known]);
      learnt = false;
    },
  };
}

/** Without its map a stack trace shows the bundle's lines, and nothing else is lost. */
function readMap(file: string): object | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as object;
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): Digest {
  try {
    return digestOf(readdirSync(folder).sort().join('\0'));
  } catch {
    return digestOf('');
  }
}

/** Read from its manifest: importing esbuild would cost more than everything else that a no-op does. */
function bundlerVersion(): string {
  const manifest = createRequire(import.meta.url).resolve('esbuild/package.json');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
