/**
 * A module stage and everything of this project that it imports, as one file. The hashed file is the executed file. It
 * has no white space, no comments, no unused exports and no path of this machine, so its digest is the identity of the
 * code.
 */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import type { BuildFailure, Loader, Message, Metafile, Plugin, transform as Transform } from 'esbuild';
import { byCodeUnit } from '../../util/canonical-json.ts';
import { digestOf, type Digest } from '../../util/digest.ts';
import { packageName } from '../../util/package-name.ts';
import { err, ok, type Result } from '../../util/result.ts';
import type { Diagnostic } from '../../formats/diagnostic.ts';
import { packageVersions } from './packages.ts';
import { bundleSettingsFiles } from './settings.ts';
import { at, entry } from '../../util/known.ts';

export interface Bundle {
  /** ESM for Node. Ends in a link to `BUNDLE_FILE.map` beside it. */
  readonly code: string;
  readonly digest: Digest;
  /** Source map; it changes with white space and comments and therefore counts for nothing. */
  readonly map: string;
  /** Name -> version and integrity of every package that is imported. */
  readonly packages: Readonly<Record<string, string>>;
  /** Path relative to the root -> digest of the source without white space and comments. */
  readonly sources: Readonly<Record<string, Digest>>;
  /**
   * Digest of every file that influences the bundle, relative to the root. The digests are those of the bundled bytes.
   */
  readonly files: Readonly<Record<string, Digest>>;
  /** Folders, relative to the root, in which a new file could change the target of an import. */
  readonly folders: readonly string[];
}

export type Bundler = (root: string, module: string) => Promise<Result<Bundle, Diagnostic>>;

export const BUNDLE_FILE = 'stage.mjs';

/** `module` is relative to the root. esbuild is loaded here, the first time that something must be bundled. */
export const bundleModule: Bundler = async (root, module) => {
  if (!existsSync(path.join(root, module))) {
    return err({
      code: 'module-missing',
      severity: 'error',
      message: `The module ${module} does not exist.`,
      remedy: 'Create it, or correct the path in the pipeline file.',
    });
  }
  const { transform } = await import('esbuild');
  const home = homeOf(root, module);
  const packages = new Map<string, string | undefined>();
  const read = new Map<string, Buffer>();
  const settings = bundleSettingsFiles(root, home);
  const output = await compile(root, module, settings.tsconfig, [
    installedPackages(home, packages),
    remembering(root, read),
  ]);
  if (!output.ok) return output;
  const { code, map, metafile } = output.value;
  let installed;
  try {
    installed = packageVersions(root, home, packages);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return err({
      code: 'lockfile-unreadable',
      severity: 'error',
      message: `package-lock.json is not JSON: ${error.message}.`,
      remedy: 'Resolve its merge conflict, or restore it with git.',
    });
  }
  const sources: Record<string, Digest> = {};
  for (const name of Object.keys(metafile.inputs).sort(byCodeUnit))
    sources[name] = await normalDigest(transform, name, entry(read, name));
  const files: Record<string, Digest> = {};
  for (const name of [...settings.files, ...installed.files])
    files[name] = digestOf(readFileSync(path.join(root, name)));
  for (const [name, bytes] of read) files[name] = digestOf(bytes);
  return ok({
    code,
    digest: digestOf(code),
    map,
    packages: installed.versions,
    sources,
    files,
    folders: ambiguousFolders(metafile),
  });
};

interface Compiled {
  readonly code: string;
  readonly map: string;
  readonly metafile: Metafile;
}

async function compile(
  root: string,
  module: string,
  tsconfig: string | undefined,
  plugins: Plugin[],
): Promise<Result<Compiled, Diagnostic>> {
  const { build } = await import('esbuild');
  try {
    const result = await build({
      absWorkingDir: root,
      entryPoints: [`./${module}`],
      outfile: BUNDLE_FILE,
      write: false,
      metafile: true,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      charset: 'utf8',
      minifyWhitespace: true,
      legalComments: 'none',
      sourcemap: 'linked',
      sourcesContent: false,
      logLevel: 'silent',
      ...(tsconfig === undefined ? { tsconfigRaw: '{}' } : { tsconfig }),
      plugins,
    });
    const byEnd = new Map(result.outputFiles.map(({ path: file, text }) => [path.extname(file), text]));
    return ok({ code: entry(byEnd, '.mjs'), map: entry(byEnd, '.map'), metafile: result.metafile });
  } catch (error) {
    if (isBuildFailure(error)) return err(diagnosticOf(root, module, at(error.errors, 0)));
    throw error;
  }
}

/**
 * The real folder of the package that a module belongs to: the project, an installed package with stages, or another
 * project that a link leads to.
 */
function homeOf(root: string, module: string): string {
  const real = realpathSync(path.join(root, module));
  const parts = real.split(path.sep);
  const at = parts.lastIndexOf('node_modules');
  const project = realpathSync(root);
  if (at < 0) return isBelow(project, real) ? project : (packageAround(real) ?? project);
  return parts.slice(0, at + (parts[at + 1]?.startsWith('@') ? 3 : 2)).join(path.sep);
}

function packageAround(file: string): string | undefined {
  const folder = path.dirname(file);
  if (existsSync(path.join(folder, 'package.json'))) return folder;
  return folder === file ? undefined : packageAround(folder);
}

/**
 * Leaves modules in node_modules outside the bundle. The modules of the package that the stage belongs to go in, under
 * any imported name.
 *
 * @param found package name -> folder of a package that lies in `home` outside of node_modules
 */
function installedPackages(home: string, found: Map<string, string | undefined>): Plugin {
  const isOwn = (file: string): boolean => {
    const below = path.relative(home, file);
    const shown = below.startsWith('..') || path.isAbsolute(below) ? file : below;
    return !shown.split(path.sep).includes('node_modules');
  };
  return {
    name: 'installed-packages',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, async ({ path: specifier, importer, kind, resolveDir, pluginData }) => {
        if (pluginData === RESOLVING || kind === 'entry-point' || path.isAbsolute(specifier)) return undefined;
        if (isBuiltin(specifier)) return { path: specifier, external: true };
        const there = await build.resolve(specifier, { importer, kind, resolveDir, pluginData: RESOLVING });
        const carried = there.errors.length === 0 ? carriedPackage(home, specifier, there.path) : undefined;
        if (there.errors.length === 0 && carried === undefined && isOwn(there.path))
          return { path: there.path, namespace: there.namespace };
        // A static import must exist; a dynamic import may be of an optional package.
        if (there.errors.length > 0 && kind === 'import-statement') {
          return { errors: [{ text: `Could not resolve "${specifier}"` }] };
        }
        found.set(packageName(specifier), carried);
        return { path: specifier, external: true };
      });
    },
  };
}

/** The folder of a package that `home` carries: a subpath import leads to it, and it has a package.json with a name. */
function carriedPackage(home: string, specifier: string, file: string): string | undefined {
  if (!specifier.startsWith('#')) return undefined;
  for (let folder = path.dirname(file); folder !== home && isBelow(home, folder); folder = path.dirname(folder))
    if (nameIn(folder) !== undefined) return folder;
  return undefined;
}

const isBelow = (folder: string, file: string): boolean => !path.relative(folder, file).startsWith('..');

function nameIn(folder: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { name?: string }).name;
  } catch {
    return undefined;
  }
}

const RESOLVING = Symbol('asked by our own plugin');

/** Keeps the bytes that went into the bundle: to read a file again could find another one. */
function remembering(root: string, read: Map<string, Buffer>): Plugin {
  return {
    name: 'remembering',
    setup(build) {
      build.onLoad({ filter: /.*/, namespace: 'file' }, ({ path: file }) => {
        const contents = readFileSync(file);
        read.set(path.relative(root, file).replaceAll(path.sep, '/'), contents);
        return { contents, loader: 'default' };
      });
    },
  };
}

/** The digest of a source without white space and comments; of its bytes, if it is not code. */
async function normalDigest(transform: typeof Transform, name: string, bytes: Buffer): Promise<Digest> {
  const loader = LOADERS[path.extname(name)];
  if (!loader) return digestOf(bytes);
  const { code } = await transform(bytes, {
    loader,
    minifyWhitespace: true,
    legalComments: 'none',
    charset: 'utf8',
    tsconfigRaw: '{}',
  });
  return digestOf(code);
}

const LOADERS: Readonly<Record<string, Loader>> = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
  '.js': 'js',
  '.mjs': 'js',
  '.cjs': 'js',
  '.jsx': 'jsx',
  '.json': 'json',
};

/** `./x` may become another file when `x.ts` appears beside `x/index.ts`; an import that spells its file cannot. */
function ambiguousFolders(metafile: Metafile): string[] {
  const folders = new Set<string>();
  for (const [importer, { imports }] of Object.entries(metafile.inputs)) {
    for (const { original, path: file, external } of imports) {
      if (external || original === undefined) continue;
      const spelt = path.posix.join(path.posix.dirname(importer), original);
      if (spelt === file) continue;
      folders.add(path.posix.dirname(spelt)).add(path.posix.dirname(file));
    }
  }
  return [...folders].sort(byCodeUnit);
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && Array.isArray((error as Partial<BuildFailure>).errors);
}

function diagnosticOf(root: string, module: string, { text, location }: Message): Diagnostic {
  const unresolved = text.startsWith('Could not resolve');
  return {
    code: unresolved ? 'module-unresolved' : 'module-syntax',
    severity: 'error',
    message: location ? `${location.file}:${location.line}:${location.column + 1} ${text}` : `${module}: ${text}`,
    ...(location && {
      location: {
        file: path.resolve(root, location.file),
        line: location.line,
        column: location.column + 1,
        length: Math.max(1, location.length),
      },
    }),
    remedy: unresolved ? 'Correct the path (with its extension), or install the package.' : 'Correct the module.',
  };
}
