/** `pipeline.lock.json`: the last success of each instance. */
import { Type, type Static } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { text } from './fields.ts';
import { digest, fingerprint, lockedIdentityFields } from './identity.ts';
import { StoredOutputSchema } from './run-record.ts';

const LockedInstance = Type.Object(
  {
    fingerprint: fingerprint('Digest of the identity.'),
    code: Type.Union(
      [
        Type.Object({ bundle: digest('Its entry in `bundles`.') }),
        Type.Object({
          command: text('The command as the pipeline file has it.'),
          shell: Type.Optional(text('Name or absolute path of the shell, if the pipeline file has one.')),
        }),
      ],
      { description: 'A module or a command.' },
    ),
    ...lockedIdentityFields,
    outputs: Type.Record(Type.String(), StoredOutputSchema, { description: 'By output name.' }),
  },
  { title: 'locked instance' },
);

const LockedBundle = Type.Object(
  {
    packages: Type.Record(Type.String(), Type.String(), { description: 'Version of each imported package.' }),
    sources: Type.Record(Type.String(), digest('Digest of the source.'), {
      description: 'Digest of each normalized source file.',
    }),
  },
  { title: 'locked bundle' },
);

export const LockfileSchema = Type.Object(
  {
    format: Type.Literal(1),
    bundles: Type.Record(Type.String(), LockedBundle, { description: 'By digest of the bundled code.' }),
    instances: Type.Record(Type.String(), LockedInstance, { description: 'By instance, sorted.' }),
  },
  { title: 'lockfile' },
);

export type LockfileContent = Immutable<Static<typeof LockfileSchema>>;
export type LockedInstance = Immutable<Static<typeof LockedInstance>>;
export type LockedBundle = Immutable<Static<typeof LockedBundle>>;
