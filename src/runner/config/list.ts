/** `a, b, c and 4 more`: names as a message lists them. */
export function list(names: readonly string[], most = 8): string {
  return names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}
