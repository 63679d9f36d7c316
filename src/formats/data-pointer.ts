/** `data/ham10000.data.json`: a version of the folder `data/ham10000`, for git. */
import { Type, type Static } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { count, text } from './fields.ts';
import { contentKind, digest } from './identity.ts';

export const DataPointerSchema = Type.Object(
  {
    type: Type.Literal('data-version', { description: 'It distinguishes a pointer file from any other file.' }),
    format: Type.Literal(1),
    kind: contentKind('A folder, or a single file.'),
    digest: digest('The version: digest of the list of its files, or of the single file.'),
    details: digest('Digest of the list of permissions and times.'),
    files: count('Number of files.'),
    bytes: count('Size of all files together.'),
    added: text('Time of `data add`, ISO 8601.'),
  },
  { title: 'data pointer' },
);

export type DataPointer = Immutable<Static<typeof DataPointerSchema>>;
