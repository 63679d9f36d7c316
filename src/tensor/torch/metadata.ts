/** The metadata of a torch file written here: a record beside the pickle, which torch ignores. */
import type { Refuse } from './error.ts';

export const METADATA_RECORD = 'metadata.json';

export function parseMetadata(record: Uint8Array, refuse: Refuse): Record<string, string> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(record));
  } catch {
    return refuse(`its record "${METADATA_RECORD}" is not JSON.`);
  }
  const isTexts =
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((text) => typeof text === 'string');
  return isTexts
    ? (value as Record<string, string>)
    : refuse(`its record "${METADATA_RECORD}" must map names to texts.`);
}
