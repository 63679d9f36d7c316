/** Why an attempt failed. */
import { Type, type Static } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { text, texts } from './fields.ts';

const kind = <Kind extends string>(name: Kind, description: string) => Type.Literal(name, { description });

const fullDisk = Type.Object(
  {
    path: text('Absolute path of a folder on it.'),
    freeBytes: Type.Number({ description: 'Free bytes there.' }),
  },
  { description: 'A disk that was full at the end. It may be the cause.' },
);

export const FailureSchema = Type.Union(
  [
    Type.Object({
      kind: kind('exit', 'It ended with an exit code.'),
      code: Type.Integer({ description: 'The exit code.' }),
      message: Type.Optional(text('Its error, if it is a module.')),
      fullDisk: Type.Optional(fullDisk),
    }),
    Type.Object({
      kind: kind('signal', 'It was ended by a signal.'),
      signal: text('`SIGKILL`, ...'),
      fullDisk: Type.Optional(fullDisk),
    }),
    Type.Object({
      kind: kind('timeout', 'It took longer than its limit.'),
      afterMs: Type.Number({ description: 'The limit in milliseconds.' }),
    }),
    Type.Object({
      kind: kind('missing-output', 'Outputs are missing.'),
      outputs: texts('Their names.'),
      written: Type.Optional(
        texts(
          'Files of the project, relative to its root, that were written meanwhile and have the name of an output.',
        ),
      ),
    }),
    Type.Object({
      kind: kind('wrong-output', 'An output is not as declared: a folder for a file, a pipe, ...'),
      output: text('Its name.'),
      finding: text('The finding; it continues a sentence that begins with the name.'),
    }),
    Type.Object({
      kind: kind('input-changed', 'An input changed while it ran.'),
      paths: texts('Paths, relative to the root.'),
      added: Type.Optional(texts('Files that were added to them, if there are few and nothing else changed.')),
    }),
    Type.Object({
      kind: kind('damaged', 'A blob did not match its digest. It is in quarantine, and its producer runs again.'),
      message: text('The finding, in words.'),
    }),
    Type.Object({
      kind: kind('storage', 'The operating system refused a file operation.'),
      code: text('`ENOSPC`, ...'),
      call: text('The call that was refused: `open`, `write`, `rename`, ...'),
      path: Type.Optional(text('Absolute path, if it is known: the final name of the file.')),
      freeBytes: Type.Optional(Type.Number({ description: 'Free bytes there, if space was short.' })),
      message: text('The message of the system.'),
    }),
    Type.Object({
      kind: kind('job', 'A job of a cluster ended without a result, or was refused.'),
      state: text('The state or the reason, by the name that the cluster gives it: `OUT_OF_MEMORY`, ...'),
      message: text('The finding, in words.'),
      remedy: Type.Optional(text('A sentence.')),
      job: Type.Optional(text('Number of the job.')),
      node: Type.Optional(text('Name of the node.')),
    }),
    Type.Object({ kind: kind('system', 'Another error of the system.'), message: text('The finding, in words.') }),
  ],
  { title: 'failure', description: 'Why an attempt failed. `kind` tells the other fields.' },
);

export type Failure = Immutable<Static<typeof FailureSchema>>;
export type StorageFailure = Extract<Failure, { readonly kind: 'storage' }>;
export type FullDisk = Immutable<Static<typeof fullDisk>>;
