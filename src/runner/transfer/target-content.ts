/** The content at a place of the workspace where an output belongs. */
import { isPermission } from '../../util/remove-tree.ts';
import type { StoredOutput } from '../../formats/run-record.ts';
import { verifyContent, type StoredContent } from '../store/copy.ts';
import { DamagedBlobError } from '../store/damaged-blob-error.ts';
import type { Content, DigestCache } from '../store/digest-cache.ts';
import { UnreadableInputError } from '../store/listing.ts';
import type { Store } from '../store/store.ts';

export type TargetContent =
  | { readonly kind: 'nothing' }
  /** A pipe, a loop of links, another user's file: certainly nothing that a stage wrote. */
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'content'; readonly content: Content };

/** As it was when it was last looked at, by whomever. */
export async function contentAt(target: string, contents: DigestCache): Promise<TargetContent> {
  try {
    const content = await contents.of(target);
    return content ? { kind: 'content', content } : { kind: 'nothing' };
  } catch (error) {
    if (error instanceof UnreadableInputError || isPermission(error)) return { kind: 'unreadable' };
    throw error;
  }
}

/** As it is now. */
export function contentNow(target: string, contents: DigestCache): Promise<TargetContent> {
  contents.forget(target);
  return contentAt(target, contents);
}

export function isInPlace(found: TargetContent, { kind, digest }: StoredOutput): boolean {
  return found.kind === 'content' && found.content.kind === kind && found.content.digest === digest;
}

export function isSameContent(a: TargetContent, b: TargetContent): boolean {
  if (a.kind !== 'content' || b.kind !== 'content') return a.kind === b.kind;
  return a.content.kind === b.content.kind && a.content.digest === b.content.digest;
}

/** Then nothing is lost if the content is overwritten. */
export async function isInStore(content: StoredContent, store: Store): Promise<boolean> {
  try {
    await verifyContent(store, content, '');
    return true;
  } catch (error) {
    if (error instanceof DamagedBlobError) return false;
    throw error;
  }
}
