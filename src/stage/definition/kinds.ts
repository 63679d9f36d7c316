/** The kinds of inputs and outputs that a stage declares. */
import { Type, type Static, type TObject, type TProperties } from '@sinclair/typebox';

/**
 * - `required`: the pipeline names a file or folder.
 * - `nullable`: the pipeline names one, or says null.
 * - `optional`: the pipeline may also leave the name out.
 */
export type Presence = 'required' | 'nullable' | 'optional';

export interface SingleInput<P extends Presence = Presence> {
  readonly kind: 'single';
  readonly presence: P;
}

/** A list of files with the axes of their instances. */
export interface GatheredInput<A extends TProperties = TProperties, P extends Presence = Presence> {
  readonly kind: 'gathered';
  readonly axes: TObject<A>;
  readonly presence: P;
}

export type InputKind = SingleInput | GatheredInput;

export interface OutputKind<P extends 'required' | 'optional' = 'required' | 'optional'> {
  readonly kind: 'output';
  readonly presence: P;
}

/** One file or folder. */
export const input: SingleInput<'required'> = { kind: 'single', presence: 'required' };

/** A file or folder that the stage writes. */
export const output: OutputKind<'required'> = { kind: 'output', presence: 'required' };

/** The files of several instances. `axes` are the axes that the stage reads of each; more are allowed. */
export function gathered<A extends TProperties>(axes: A): GatheredInput<A, 'required'> {
  return { kind: 'gathered', axes: Type.Object(axes), presence: 'required' };
}

/** An input that may be null in the pipeline file. */
export function nullable<K extends InputKind>(kind: K): WithPresence<K, 'nullable'> {
  return { ...kind, presence: 'nullable' } as unknown as WithPresence<K, 'nullable'>;
}

/** An input or output that the pipeline file may leave out. */
export function optional<K extends InputKind | OutputKind>(kind: K): WithPresence<K, 'optional'> {
  return { ...kind, presence: 'optional' } as unknown as WithPresence<K, 'optional'>;
}

type WithPresence<K, P extends 'nullable' | 'optional'> =
  K extends GatheredInput<infer A>
    ? GatheredInput<A, P>
    : K extends SingleInput
      ? SingleInput<P>
      : OutputKind<'optional'>;

interface Member<A extends TProperties> {
  readonly path: string;
  readonly axes: Static<TObject<A>>;
}

type Present<Value, P> = P extends 'required' ? Value : Value | null;

type Single<K> =
  K extends GatheredInput<infer A, infer P>
    ? Present<readonly Member<A>[], P>
    : K extends SingleInput<infer P>
      ? Present<string, P>
      : never;

/**
 * The values of inputs: a path, a list of members, or null. A name that ends in `*` stands for all inputs that begin
 * so; their values are in a record by the rest of their names.
 */
export type InputValues<I extends Readonly<Record<string, InputKind>>> = {
  readonly [Name in keyof I]: Name extends `${string}*` ? Readonly<Record<string, Single<I[Name]>>> : Single<I[Name]>;
};

/** The path to write to; null for an optional output that the pipeline does not declare. */
export type OutputPaths<O extends Readonly<Record<string, OutputKind>>> = {
  readonly [Name in keyof O]: O[Name] extends OutputKind<infer P> ? Present<string, P> : never;
};
