/** Every digest in a text. It works for lockfiles with a merge conflict or in another format, too. */
export function digestsIn(text: string): string[] {
  return text.match(/\b[0-9a-f]{64}\b/g) ?? [];
}
