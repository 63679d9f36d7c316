/** Strings with `${...}` in them, taken apart. */
import type { Origin } from './source.ts';
import type { ScalarNode } from './tree.ts';

export type TextPart = string | Placeholder;

export interface Placeholder {
  /** `params`, `image`, `size` for `${params.image.size}`. */
  readonly path: readonly string[];
  /** As written, with `${` and `}`. */
  readonly text: string;
  /** Index of the `$` in the string. */
  readonly start: number;
  /** A `${` without its `}`, or with something else than names between dots. */
  readonly malformed: boolean;
}

/** Literal text and placeholders in turn. */
export function partsOf(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(/\$\{([^{}]*)(\}?)/g)) {
    const [written, inside = '', closing = ''] = match;
    if (match.index > end) parts.push(text.slice(end, match.index));
    const path = inside.split('.');
    parts.push({
      path,
      text: written,
      start: match.index,
      malformed: closing === '' || !path.every((name) => /^[^\s"'$:=,]+$/.test(name)),
    });
    end = match.index + written.length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}

export function placeholdersIn(text: string): readonly Placeholder[] {
  return text.includes('${') ? partsOf(text).filter((part) => typeof part !== 'string') : [];
}

/** The placeholder that is all of a text, if it is one. */
export function wholePlaceholder(text: string): Placeholder | undefined {
  const [only, ...others] = partsOf(text);
  return typeof only === 'object' && others.length === 0 ? only : undefined;
}

/** The place of a placeholder in the file. */
export function originOf({ start, text }: Placeholder, node: ScalarNode): Origin {
  return originWithin(node, start, text.length);
}

/**
 * The place of a part of a string in the file; escapes before it count. A string that is not written there literally
 * (from --set, or composed) is marked as a whole.
 */
export function originWithin({ origin, value }: ScalarNode, start: number, length: number): Origin {
  const { source, offset } = origin;
  const raw = source.text.slice(offset, offset + origin.length);
  const from = rawIndex(raw, start);
  const part = String(value).slice(start, start + length);
  return raw.startsWith(part, from) ? { source, offset: offset + from, length } : origin;
}

/** Index in a JSON literal of the character that has this index in the string it denotes. */
function rawIndex(raw: string, index: number): number {
  let at = 1;
  for (let passed = 0; passed < index && at < raw.length; passed++)
    at += raw[at] !== '\\' ? 1 : raw[at + 1] === 'u' ? 6 : 2;
  return at;
}
