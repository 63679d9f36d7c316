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
import { BUNDLE_FILE, bundleModule, type Bundle, type Bundler } from './bundle.ts';

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

export function openBundleCache(deps: BundleCacheDeps): BundleCache {
  return new StoredBundles(deps);
}

class StoredBundles implements BundleCache {
  readonly #deps: BundleCacheDeps;
  readonly #makeBundle: Bundler;
  readonly #stateFile: string;
  readonly #format = `bundles 3, esbuild ${bundlerVersion()}`;
  readonly #known: Map<string, Remembered>;
  /** Bundles that the store does not keep. */
  readonly #texts = new Map<Digest, string>();
  readonly #session = new Map<string, Promise<Result<ModuleCode, Diagnostic>>>();
  readonly #few = pLimit(2);
  #learnt = false;

  constructor(deps: BundleCacheDeps) {
    this.#deps = deps;
    this.#makeBundle = deps.bundle ?? bundleModule;
    this.#stateFile = path.join(deps.stateFolder, 'bundles');
    this.#known = new Map(readState(this.#stateFile, this.#format) as Iterable<[string, Remembered]> | undefined);
  }

  of(module: string): Promise<Result<ModuleCode, Diagnostic>> {
    let answer = this.#session.get(module);
    if (!answer) this.#session.set(module, (answer = this.#look(module)));
    return answer;
  }

  async writeTo(bundle: Digest, folder: string): Promise<void> {
    const { store, root } = this.#deps;
    if ((await store.verify(bundle)) !== 'intact')
      throw new DamagedBlobError(bundle, 'The bundle of the stage', 'damaged');
    copyFileSync(store.pathOf(bundle), path.join(folder, BUNDLE_FILE));
    const map = readMap(this.#mapFile(bundle));
    if (map) writeScratch(path.join(folder, `${BUNDLE_FILE}.map`), JSON.stringify({ ...map, sourceRoot: `${root}/` }));
  }

  async textOf(module: string, bundle: Digest): Promise<string | undefined> {
    const known = this.#deps.store.text(bundle) ?? this.#texts.get(bundle);
    if (known !== undefined) return known;
    const made = await this.#bundle(module);
    return made.ok && digestOf(made.value.code) === bundle ? made.value.code : undefined;
  }

  forget(): void {
    this.#session.clear();
  }

  async save(): Promise<void> {
    if (this.#learnt) await writeState(this.#stateFile, this.#format, [...this.#known]);
    this.#learnt = false;
  }

  async #look(module: string): Promise<Result<ModuleCode, Diagnostic>> {
    const { store, keeps } = this.#deps;
    const old = this.#known.get(module);
    const isThere = old && (!keeps || store.look(old.bundle, old.bytes) === 'intact');
    if (isThere && (await this.#isCurrent(old))) return ok(old);
    const made = await this.#bundle(module);
    if (!made.ok) return err(made.error);
    const entry = await this.#remember(made.value);
    this.#known.set(module, entry);
    this.#learnt = true;
    return ok(entry);
  }

  async #isCurrent({ files, folders }: Remembered): Promise<boolean> {
    const { root, contents } = this.#deps;
    for (const [file, digest] of Object.entries(files)) {
      if ((await contents.of(path.join(root, file)))?.digest !== digest) return false;
    }
    return Object.entries(folders).every(([folder, names]) => namesIn(path.join(root, folder)) === names);
  }

  #bundle(module: string): ReturnType<Bundler> {
    return this.#few(() => this.#makeBundle(this.#deps.root, module));
  }

  async #remember({ code, map, packages, sources, files, folders }: Bundle): Promise<Remembered> {
    return {
      bundle: await this.#keep(code, map),
      bytes: Buffer.byteLength(code),
      packages,
      sources,
      usesEngine: code.includes(GRANTED_GPUS),
      definesStage: code.includes('defineStage'),
      files,
      folders: Object.fromEntries(folders.map((folder) => [folder, namesIn(path.join(this.#deps.root, folder))])),
    };
  }

  /** In the store, to be executed; else until this command ends. */
  async #keep(code: string, map: string): Promise<Digest> {
    const { store, keeps } = this.#deps;
    if (!keeps) {
      const digest = digestOf(code);
      this.#texts.set(digest, code);
      return digest;
    }
    const digest = await store.put(code);
    await writeStateText(this.#mapFile(digest), map);
    return digest;
  }

  #mapFile(bundle: Digest): string {
    return path.join(this.#deps.stateFolder, 'maps', `${bundle}.map`);
  }
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
