/** Durations and sizes as people write them. */

const MILLISECONDS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of `12h`, `1h 30m` or `90s`; undefined: it is no such text. */
export function millisecondsOf(text: string): number | undefined {
  if (!/^(\s*\d+(\.\d+)?\s*(ms|s|m|h|d))+\s*$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)/g)];
  return Math.round(
    parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * MILLISECONDS[unit as keyof typeof MILLISECONDS], 0),
  );
}

/** Bytes of `8 GiB` or `500MB`; undefined: it is no such text. */
export function bytesOf(text: string): number | undefined {
  const [, amount, prefix, binary] = /^(\d+(?:\.\d+)?)\s*(?:([KMGT])(i?))?B$/.exec(text) ?? [];
  if (amount === undefined) return undefined;
  return Math.round(Number(amount) * (binary === 'i' ? 1024 : 1000) ** ' KMGT'.indexOf(prefix ?? ' '));
}
