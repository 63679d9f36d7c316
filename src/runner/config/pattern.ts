/** Finds the input texts that are patterns, and their patterns. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import picomatch from 'picomatch';
import { projectPath } from './paths.ts';

/**
 * The pattern of an input such as `data/*.png`, relative to the root, for picomatch; undefined if the text is a path.
 * Names such as `photo (1).jpg` are common, so parentheses alone are no pattern. Brackets and braces in the name of an
 * existing file or folder belong to its name. Names within a pattern are escaped.
 */
export function patternOf(root: string, text: string): string | undefined {
  const segments = projectPath(root, text).split('/');
  if (!segments.some((segment) => selects(segment))) return undefined;
  const named = segments.findIndex((_, i) => !isName(root, segments.slice(0, i + 1)));
  if (named === -1) return undefined;
  return segments
    .map((segment, i) => (i < named || !selects(segment) ? escaped(segment) : withPlainParentheses(segment)))
    .join('/');
}

/** Anything that can match several names: wildcards, `[ab]`, `{a,b}` and `@(a|b)`, but not `(1)`. */
function selects(segment: string): boolean {
  return /[*?[{(]/.test(segment) && picomatch.scan(segment, { noparen: true }).isGlob;
}

/** True if the last segment is the name of an existing file or folder, and not a wildcard that happens to equal one. */
function isName(root: string, segments: readonly string[]): boolean {
  return !/[*?]/.test(segments.at(-1) ?? '') && existsSync(path.resolve(root, segments.join('/')));
}

function escaped(segment: string): string {
  return picomatch.scan(segment).isGlob ? segment.replaceAll(/[\\()[\]{}!+@|]/g, '\\$&') : segment;
}

/** picomatch reads parentheses as groups; here they are groups only after one of `@!+*?`. */
function withPlainParentheses(segment: string): string {
  return /[@!+*?]\(/.test(segment) ? segment : segment.replaceAll(/[()|]/g, '\\$&');
}

/** The folder that a pattern starts from, and the part that selects below it. */
export function splitPattern(pattern: string): { readonly base: string; readonly moving: string } {
  const segments = pattern.split('/');
  const fixed = segments.findIndex((segment) => picomatch.scan(segment).isGlob);
  return {
    base: segments.slice(0, fixed).join('/').replaceAll(/\\(.)/g, '$1') || '.',
    moving: segments.slice(fixed).join('/'),
  };
}
