import { Type } from '@sinclair/typebox';
import type { AuditFindings, SharedFindings } from '../audit.ts';
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

const Pairs = Type.Array(Type.Unknown());
const Kind = Type.Union([Type.Literal('equal'), Type.Literal('near'), Type.Literal('turned'), Type.Literal('names')]);

const Shared = Type.Object({
  pairs: Type.Array(Type.Object({ sets: Both, equal: Pairs, near: Pairs, turned: Pairs, names: Pairs })),
  shown: Type.Array(Type.Object({ kind: Kind, sets: Both, images: Both, labels: Both })),
});

/** `shared.json`; `picture`: shared.png. */
export async function readShared(path: string, picture: EmbeddedPicture | null): Promise<SharedFindings> {
  const { pairs, shown } = await readJson(Shared, path);
  const between = pairs.map(({ sets, equal, near, turned, names }) => ({
    sets,
    counts: { equal: equal.length, near: near.length, turned: turned.length, names: names.length },
  }));
  return { between, shown, picture };
}
