import { Type } from '@sinclair/typebox';
import type { AuditFindings } from '../audit.ts';
import type { EmbeddedPicture } from '../picture.ts';
import { readJson } from './json.ts';

const Count = Type.Integer({ minimum: 0 });
const Both = Type.Tuple([Type.String(), Type.String()]);

const Audit = Type.Object({
  summary: Type.Record(Type.String(), Type.Union([Count, Type.Record(Type.String(), Count)])),
  shown: Type.Array(Type.Object({ kind: Type.String(), images: Both, labels: Both, splits: Both })),
});

/** `audit.json`; `picture`: leaks.png. */
export async function readAudit(path: string, picture: EmbeddedPicture | null): Promise<AuditFindings> {
  const { summary, shown } = await readJson(Audit, path);
  return { summary, shown, picture };
}
