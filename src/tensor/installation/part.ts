/** An engine that is no part of the package: `pipeline engine add` adds it. */
export type AddedEngine = 'tensorflow' | 'xla';

/** A file that an engine is made of. */
export interface Part {
  /** The file as pip or npm saves it. */
  readonly file: string;
  readonly sha256: string;
  /** The requested package: a requirement for pip, a specification for npm. */
  readonly asked: string;
}
