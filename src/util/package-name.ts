/** `d3-array/src/bin.js` -> `d3-array`; `@scope/name/part` -> `@scope/name`. */
export function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
