/** The content at a place of the workspace where an output belongs. */
import type { Digest } from '../../util/digest.ts';
import { isPermission } from '../../util/remove-tree.ts';
import type { StoredOutput } from '../../formats/run-record.ts';
import { verifyContent, type StoredContent } from '../store/copy.ts';
import { DamagedBlobError } from '../store/damaged-blob-error.ts';
import type { Content } from '../store/content.ts';
import type { DigestCache } from '../store/digest-cache.ts';
import { UnreadableInputError } from '../store/listing.ts';
import { isLitter } from '../../util/ignore.ts';
import type { Store } from '../store/store.ts';
import { parseTree, treeOf, type Tree } from '../store/tree.ts';

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
  return found.kind === 'content' && found.content.kind === kind && hasDigest(found.content, digest);
}

function hasDigest(content: Content, digest: Digest): boolean {
  return content.digest === digest || digestsOf(content).includes(digest);
}

/** As it is, and without the files of file managers and interpreters in it: those are no edits. */
export function digestsOf(content: Content): Digest[] {
  if (content.kind !== 'folder') return [content.digest];
  return [...new Set([content.digest, withoutLitter(content.tree()).digest])];
}

export const withoutLitter = ({ text }: Tree): Tree => treeOf(parseTree(text).filter(({ name }) => !isLitter(name)));

export function isSameContent(a: TargetContent, b: TargetContent): boolean {
  if (a.kind !== 'content' || b.kind !== 'content') return a.kind === b.kind;
  return a.content.kind === b.content.kind && a.content.digest === b.content.digest;
}

/** Then nothing is lost if the content is overwritten. */
export async function isKept(content: Content, store: Store): Promise<boolean> {
  for (const digest of digestsOf(content)) if (await isInStore({ kind: content.kind, digest }, store)) return true;
  return false;
}

export async function isInStore(content: StoredContent, store: Store): Promise<boolean> {
  try {
    await verifyContent(store, content, '');
    return true;
  } catch (error) {
    if (error instanceof DamagedBlobError) return false;
    throw error;
  }
}
