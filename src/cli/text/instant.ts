/** `2026-11-23 00:41 UTC` of an ISO 8601 time: the same on every machine, in any time zone and language. */
export function instant(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
