import { createRequire } from 'node:module';
import type Picomatch from 'picomatch';
import type { Selection } from './listing.ts';
import { at, last } from '../../util/known.ts';

const load = createRequire(import.meta.url);

/**
 * Splits a pattern into its start folder and the pattern below it. `*` and `**` never match names that start with a
 * dot, and `**` does not look into `node_modules`. A character after `\` is literal.
 */
export function globSelection(pattern: string): { base: string; selection: Selection } {
  // Only pipelines with globs pay for loading it.
  const picomatch = load('picomatch') as typeof Picomatch;
  const segments = pattern.split('/');
  const fixed = segments.findIndex((segment) => picomatch.scan(segment).isGlob);
  const base = segments.slice(0, fixed).join('/').replaceAll(/\\(.)/g, '$1') || '.';
  const moving = segments.slice(fixed);
  const deep = moving.findIndex((segment) => segment.includes('**'));
  const matches = picomatch(moving.join('/'));
  const prefixes = moving.map((_, i) => picomatch(moving.slice(0, i + 1).join('/')));
  return {
    base,
    selection: {
      accepts: matches,
      descends(name) {
        const parts = name.split('/');
        const own = last(parts);
        if (own === 'node_modules') return false;
        if (deep !== -1 && parts.length > deep) return !own.startsWith('.');
        return parts.length < moving.length && at(prefixes, parts.length - 1)(name);
      },
    },
  };
}
