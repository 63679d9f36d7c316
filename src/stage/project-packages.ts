/** A stage imports the packages that its module would find, although its bundle lies in a store. */
import { realpathSync } from 'node:fs';
import { register } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * To be called before the bundle is imported. The packages of a project's own module are found by Node itself, and
 * faster, if the bundle lies in the project's root. Threads and processes that are started with `process.execArgv` find
 * them too.
 *
 * @param source the module that was bundled: of the project, or of an installed package with packages of its own
 */
export function findPackagesFor(source: string, bundle: string, root: string): void {
  const [importer, from, project] = [realPath(source), realpathSync(bundle), realpathSync(root)];
  if (isWithin(project, from) && isWithin(project, importer) && !isInstalled(importer)) return;
  const data = { bundle: pathToFileURL(from).href, importer: pathToFileURL(importer).href };
  const hooks = script(`${HOOKS}\n// ${data.bundle}`); // each bundle has hooks of its own
  register(hooks, { data });
  process.execArgv.push(
    '--import',
    script(
      `import { register } from 'node:module'; register(${JSON.stringify(hooks)}, { data: ${JSON.stringify(data)} });`,
    ),
  );
}

/** A result may be executed once more after its module was moved. */
function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

const isWithin = (folder: string, file: string): boolean => !path.relative(folder, file).startsWith('..');

const isInstalled = (file: string): boolean => file.split(path.sep).includes('node_modules');

const script = (text: string): string => `data:text/javascript,${encodeURIComponent(text)}`;

/** Runs in a thread of its own. Imports of the bundle are resolved as if the module had imported them. */
const HOOKS = `
let where;
export function initialize(data) { where = data; }
export function resolve(specifier, context, next) {
  return next(specifier, context.parentURL === where.bundle ? { ...context, parentURL: where.importer } : context);
}`;
