import { readAudit } from '../../formats/audit.ts';
import { readSharedImages } from '../../formats/shared-images.ts';
import type { AuditFindings, SharedFindings } from '../audit.ts';
import type { EmbeddedPicture } from '../picture.ts';

/** `audit.json`; `picture`: leaks.png. */
export async function readAuditFindings(path: string, picture: EmbeddedPicture | null): Promise<AuditFindings> {
  const { summary, shown } = await readAudit(path);
  return { summary, shown, picture };
}

/** `shared.json`; `picture`: shared.png. */
export async function readSharedFindings(path: string, picture: EmbeddedPicture | null): Promise<SharedFindings> {
  const { pairs, shown } = await readSharedImages(path);
  const between = pairs.map(({ sets, equal, near, turned, names }) => ({
    sets,
    counts: { equal: equal.length, near: near.length, turned: turned.length, names: names.length },
  }));
  return { between, shown, picture };
}
