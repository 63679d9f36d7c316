/** One fault of the configuration: place, finding, allowed values, remedy. */
import { Type, type Static } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { text } from './fields.ts';

const line = Type.Integer({ minimum: 1, description: 'From 1.' });

const SourceLocation = Type.Object(
  {
    file: text('Absolute path.'),
    line,
    column: line,
    length: Type.Integer({ minimum: 0, description: 'Characters.' }),
  },
  { title: 'source location' },
);

const diagnosticFields = {
  code: text('Stable, for scripts: `unknown-stage`, `duplicate-key`, ... docs/diagnostics.md lists all.'),
  severity: Type.Union([Type.Literal('error'), Type.Literal('warning')], { description: 'How bad it is.' }),
  message: text('The finding, in words.'),
  suggestion: Type.Optional(text('A name that is similar to the one that is wrong.')),
  remedy: Type.Optional(text('A way to mend it.')),
};

export const DiagnosticSchema = Type.Object(
  {
    ...diagnosticFields,
    location: Type.Optional(SourceLocation),
    related: Type.Optional(
      Type.Array(Type.Object({ message: text('Its relation to the fault.'), location: SourceLocation }), {
        description: 'Other places that matter.',
      }),
    ),
  },
  { title: 'diagnostic' },
);

const locationFields = {
  file: text('Absolute path.'),
  line,
  column: line,
  endColumn: Type.Integer({ minimum: 1, description: 'The column after the last character.' }),
};

/** As `--json` prints it: the location is flat. */
export const DiagnosticDocumentSchema = Type.Object(
  {
    ...diagnosticFields,
    file: Type.Optional(locationFields.file),
    line: Type.Optional(locationFields.line),
    column: Type.Optional(locationFields.column),
    endColumn: Type.Optional(locationFields.endColumn),
    related: Type.Optional(
      Type.Array(Type.Object({ message: text('Its relation to the fault.'), ...locationFields }), {
        description: 'Other places that matter.',
      }),
    ),
  },
  { title: 'diagnostic document' },
);

export type SourceLocation = Immutable<Static<typeof SourceLocation>>;
export type Diagnostic = Immutable<Static<typeof DiagnosticSchema>>;
export type DiagnosticDocument = Immutable<Static<typeof DiagnosticDocumentSchema>>;
