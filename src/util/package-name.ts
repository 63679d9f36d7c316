/** `onnxruntime-node/backend` -> `onnxruntime-node`; `@scope/name/part` -> `@scope/name`. */
export function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
