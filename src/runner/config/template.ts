/** Strings with `${...}` in them, taken apart. */
import type { Origin } from './source.ts';
import type { ScalarNode } from './tree.ts';

export type Part = string | Reference;

export interface Reference {
  /** `params`, `image`, `size` for `${params.image.size}`. */
  readonly path: readonly string[];
  /** As written, with `${` and `}`. */
  readonly text: string;
  /** Index of the `$` in the string. */
  readonly start: number;
  /** A `${` without its `}`, or with something else than names between dots. */
  readonly malformed: boolean;
}

/** Literal text and references in turn. */
export function partsOf(text: string): readonly Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(/\$\{([^{}]*)(\}?)/g)) {
    if (match.index > end) parts.push(text.slice(end, match.index));
    const path = match[1]!.split('.');
    parts.push({
      path,
      text: match[0],
      start: match.index,
      malformed: match[2] === '' || !path.every((name) => /^[^\s"'$:=,]+$/.test(name)),
    });
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}

export function referencesIn(text: string): readonly Reference[] {
  return text.includes('${') ? partsOf(text).filter((part) => typeof part !== 'string') : [];
}

/** Where a reference stands inside the string literal that holds it, escapes counted. */
export function originOf({ start, text }: Reference, { origin }: ScalarNode): Origin {
  const { source, offset, length } = origin;
  const raw = source.text.slice(offset, offset + length);
  const from = rawIndex(raw, start);
  // A value given by --set stands elsewhere than in the file: the whole value that it replaces is pointed at.
  return raw.startsWith(text, from) ? { source, offset: offset + from, length: text.length } : origin;
}

/** Index in a JSON literal of the character that has this index in the string it denotes. */
function rawIndex(raw: string, index: number): number {
  let at = 1;
  for (let passed = 0; passed < index && at < raw.length; passed++)
    at += raw[at] !== '\\' ? 1 : raw[at + 1] === 'u' ? 6 : 2;
  return at;
}
