/** A stage imports the packages of its project, even if the store with its bundle is elsewhere. */
import { realpathSync } from 'node:fs';
import { register } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * To be called before the bundle is imported. Inside the project, Node finds the packages itself, and faster. Threads
 * and processes that are started with `process.execArgv` find them too.
 */
export function findPackagesOf(root: string, bundle: string): void {
  const [from, to] = [realpathSync(bundle), realpathSync(root)];
  if (!path.relative(to, from).startsWith('..')) return;
  const data = { bundle: pathToFileURL(from).href, project: pathToFileURL(path.join(to, 'package.json')).href };
  register(script(HOOKS), { data });
  process.execArgv.push(
    '--import',
    script(
      `import { register } from 'node:module'; register(${JSON.stringify(script(HOOKS))}, { data: ` +
        `${JSON.stringify(data)} });`,
    ),
  );
}

const script = (text: string): string => `data:text/javascript,${encodeURIComponent(text)}`;

/** Runs in a thread of its own. Imports of the bundle are resolved as if the project's root had imported them. */
const HOOKS = `
let where;
export function initialize(data) { where = data; }
export function resolve(specifier, context, next) {
  return next(specifier, context.parentURL === where.bundle ? { ...context, parentURL: where.project } : context);
}`;
