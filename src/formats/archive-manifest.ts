/** The first file of an archive of results, `manifest-<digest>.json`: the files that follow, in their order. */
import { Type, type Static } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { text } from './fields.ts';
import { digest } from './identity.ts';

const ArchivedFile = Type.Object(
  {
    name: text('`records/<digest>.json` or `objects/<digest>`.'),
    bytes: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'Size in bytes.' }),
    digest: digest('Digest of the content; the name contains it.'),
  },
  { title: 'archived file' },
);

export const ArchiveManifestSchema = Type.Object(
  {
    format: Type.Literal(1),
    pipeline: text('Name of the pipeline that the results are of.'),
    results: Type.Record(Type.String(), digest('Digest of the record.'), {
      description:
        'The results that the lockfile named when the archive was made: the digest of the record by instance.',
    }),
    files: Type.Array(ArchivedFile, { description: 'Records, producers first, then blobs.' }),
  },
  { title: 'archive manifest' },
);

export type ArchiveManifest = Immutable<Static<typeof ArchiveManifestSchema>>;
export type ArchivedFile = Immutable<Static<typeof ArchivedFile>>;
