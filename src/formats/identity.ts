/**
 * The identity of an execution: the parts whose SHA-256 is its fingerprint. docs/fingerprint.md explains the fields.
 */
import { Type, type Static, type TSchema, type TUnsafe } from '@sinclair/typebox';
import type { Digest } from '../util/digest.ts';
import type { Immutable } from '../util/immutable.ts';
import type { Json, JsonObject } from '../util/json.ts';
import { text } from './fields.ts';

export type Fingerprint = Digest & { readonly __use: 'Fingerprint' };

/** `finetune:dataset=ham10000,model=M2,seed=0`; axes sorted by name, no axes: the bare stage name. */
export type InstanceId = string & { readonly __brand: 'InstanceId' };

export type AxisValue = string | number | boolean;
export type Axes = Readonly<Record<string, AxisValue>>;

/** A type of TypeScript that JSON Schema cannot say, for a schema that says the rest. */
const typed = <Value>(schema: TSchema): TUnsafe<Value> => schema as TUnsafe<Value>;

const DIGEST = '^[0-9a-f]{64}$';

export const digest = (description: string) => typed<Digest>(Type.String({ pattern: DIGEST, description }));
export const fingerprint = (description: string) => typed<Fingerprint>(Type.String({ pattern: DIGEST, description }));
export const instanceId = (description: string) => typed<InstanceId>(Type.String({ description }));
export const axes = (description: string) =>
  typed<Axes>(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]), { description }));
export const json = (description: string) => typed<Json>(Type.Unknown({ description }));
export const jsonObject = (description: string) =>
  typed<JsonObject>(Type.Record(Type.String(), Type.Unknown(), { description }));

export const contentKind = (description: string) =>
  Type.Union([Type.Literal('file'), Type.Literal('executable'), Type.Literal('folder')], { description });

const CodeIdentity = Type.Union(
  [
    Type.Object({
      kind: Type.Literal('module'),
      bundle: digest('Digest of the bundled code.'),
      packages: Type.Record(Type.String(), Type.String(), { description: 'Version of each imported package.' }),
    }),
    Type.Object({
      kind: Type.Literal('command'),
      template: text('The command as the pipeline file has it.'),
      shell: Type.Optional(text('Name or absolute path of the shell, if the pipeline file has one.')),
    }),
  ],
  { title: 'code identity' },
);

const InputIdentity = Type.Union(
  [
    Type.Object({ kind: Type.Literal('none') }),
    Type.Object({ kind: Type.Literal('file'), digest: digest('Digest of the file.') }),
    Type.Object({ kind: Type.Literal('executable'), digest: digest('Digest of the file.') }),
    Type.Object({ kind: Type.Literal('folder'), digest: digest('Digest of the list of its files.') }),
    Type.Object({
      kind: Type.Literal('gather'),
      members: Type.Array(
        Type.Object({
          axes: axes('The axes along which it was gathered.'),
          kind: contentKind('Kind of the content.'),
          digest: digest('Digest of the content.'),
        }),
        { description: 'In axis order.' },
      ),
    }),
  ],
  { title: 'input identity' },
);

const DeclaredOutput = Type.Object(
  {
    kind: Type.Union([Type.Literal('file'), Type.Literal('folder')], { description: 'The declared kind.' }),
    file: text('Its name in the folder of outputs.'),
  },
  { title: 'declared output' },
);

const identityFields = {
  params: jsonObject('The parameters, with every reference resolved.'),
  axes: axes('Value of each axis.'),
  env: Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()]), {
    description: 'Value of each declared environment variable; null: it is not set.',
  }),
  inputs: Type.Record(Type.String(), InputIdentity, { description: 'By input name.' }),
};

export const lockedIdentityFields = identityFields;

export const IdentitySchema = Type.Object(
  {
    format: Type.Literal(1),
    code: CodeIdentity,
    ...identityFields,
    outputs: Type.Record(Type.String(), DeclaredOutput, { description: 'By output name.' }),
  },
  { title: 'identity' },
);

/** The record whose SHA-256 identifies an execution. */
export type FingerprintRecord = Immutable<Static<typeof IdentitySchema>>;
export type CodeIdentity = Immutable<Static<typeof CodeIdentity>>;
export type InputIdentity = Immutable<Static<typeof InputIdentity>>;
export type ContentKind = 'file' | 'executable' | 'folder';
