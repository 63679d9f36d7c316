/** Why an instance is not up to date, in values. `before` and `after` are absent if the thing did not exist. */
import { Type, type Static } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { DiagnosticSchema } from './diagnostic.ts';
import { count, text } from './fields.ts';
import { instanceId, json } from './identity.ts';

const kind = <Kind extends string>(name: Kind, description: string) => Type.Literal(name, { description });
const beforeAndAfter = { before: Type.Optional(text('Old value.')), after: Type.Optional(text('New value.')) };
const input = text('Name of the input.');
const path = text('Path, relative to the root.');
const producer = instanceId('The instance that makes it.');
const output = text('Name of the output.');

export const ReasonSchema = Type.Union(
  [
    Type.Object({ kind: kind('never-run', 'It never ran.') }),
    Type.Object({
      kind: kind('axes', 'It never ran with these axes. The stage ran with others.'),
      before: instanceId('The instance that the lockfile has instead.'),
      added: Type.Array(Type.String(), { description: 'Names of new axes.' }),
      removed: Type.Array(Type.String(), { description: 'Names of axes that the stage no longer has.' }),
    }),
    Type.Object({ kind: kind('forced', '`--force` was given.') }),
    Type.Object({
      kind: kind('audit', 'It is up to date and executed once more, to compare.'),
      finding: Type.Optional(text('The result of the comparison, in words.')),
    }),
    Type.Object({ kind: kind('not-in-store', 'The lockfile knows the result, and the store does not hold it.') }),
    Type.Object({ kind: kind('damaged', 'A blob no longer matches its digest and is in quarantine.'), output }),
    Type.Object({
      kind: kind('param', 'A parameter changed.'),
      path: text('Its place in the parameters, such as `net.width`.'),
      before: Type.Optional(json('Old value.')),
      after: Type.Optional(json('New value.')),
    }),
    Type.Object({ kind: kind('env', 'An environment variable changed.'), name: text('Its name.'), ...beforeAndAfter }),
    Type.Object({ kind: kind('input', 'A file of the workspace changed.'), input, path, ...beforeAndAfter }),
    Type.Object({
      kind: kind('data', 'An input with versions (`pipeline data`) is another version.'),
      input,
      path,
      before: text('Old version.'),
      after: text('New version.'),
      beforeAdded: Type.Optional(text('Time at which the old version was added; absent: it never was.')),
      afterAdded: Type.Optional(text('Time at which the new version was added; absent: it was not yet.')),
      images: count('Number of images that came, went, changed or moved.'),
      labels: count('Number of rows of tables that came, went or changed.'),
      files: count('Number of other files.'),
    }),
    Type.Object({
      kind: kind('produced', 'The output of another stage changed.'),
      input,
      producer,
      output,
      ...beforeAndAfter,
    }),
    Type.Object({
      kind: kind('produced-will-change', 'A producer must run first, so this input may change.'),
      input,
      producer,
      output,
    }),
    Type.Object({
      kind: kind('missing-input', 'A file is missing.'),
      input,
      path,
      source: Type.Optional(text('Where to get it, from the pipeline file.')),
      suggestion: Type.Optional(text('A file in the same folder with a similar name.')),
    }),
    Type.Object({
      kind: kind('unmatched-input', 'No file matches a pattern.'),
      input,
      pattern: text('The pattern.'),
    }),
    Type.Object({
      kind: kind('unreadable-input', 'A file cannot be hashed: a broken link, a socket, a loop of links.'),
      input,
      path,
      message: text('The finding, in words.'),
    }),
    Type.Object({ kind: kind('producer-blocked', 'A producer is blocked itself.'), input, producer }),
    Type.Object({ kind: kind('broken-code', 'The module cannot be bundled.'), diagnostic: DiagnosticSchema }),
    Type.Object({
      kind: kind('source', 'A source file changed.'),
      path,
      change: Type.Union([Type.Literal('added'), Type.Literal('removed'), Type.Literal('changed')]),
    }),
    Type.Object({ kind: kind('package', 'A package changed.'), name: text('Its name.'), ...beforeAndAfter }),
    Type.Object({ kind: kind('command', 'The command changed.'), ...beforeAndAfter }),
    Type.Object({ kind: kind('outputs', 'The declared outputs changed.'), message: text('The change, in words.') }),
    Type.Object({
      kind: kind('published', 'A published file differs; it is copied, and nothing runs.'),
      path,
      change: Type.Union([
        Type.Literal('missing'),
        kind('permissions', 'It has other permissions than the result.'),
        kind('earlier-result', 'It holds another result of this pipeline or of the store, and is replaced.'),
        kind('edited', 'It holds no result, where one was put before; it is never overwritten.'),
        kind('in-the-way', 'It holds no result, and none was ever put there; it is never overwritten.'),
      ]),
    }),
    Type.Object({
      kind: kind('found-in-store', 'It was executed before, on another branch or by another user, and is copied.'),
    }),
  ],
  { title: 'reason', description: 'Why an instance is not up to date. `kind` tells the other fields.' },
);

export type Reason = Immutable<Static<typeof ReasonSchema>>;
export type PublishedReason = Extract<Reason, { readonly kind: 'published' }>;
