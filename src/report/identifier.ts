/** An id for the page from names of any kind: equal names give equal ids, different names different ones. */
export function identifier(...names: readonly string[]): string {
  return names
    .map((name) => name.replace(/[^A-Za-z0-9]/g, (character) => `_${character.charCodeAt(0).toString(16)}_`))
    .join('-');
}
