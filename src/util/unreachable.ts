/** Ends an exhaustive switch: the compiler refuses a case that was forgotten, and a bug at run time says so. */
export function unreachable(value: never): never {
  throw new Error(`Internal error: unexpected ${JSON.stringify(value)}.`);
}
