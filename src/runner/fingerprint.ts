import type { ContentKind } from '../formats/identity.ts';

/** A stage declares a file; only its execution tells whether the file is executable. */
export function declaredKind(kind: ContentKind): 'file' | 'folder' {
  return kind === 'folder' ? 'folder' : 'file';
}
