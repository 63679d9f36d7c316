/** `8 GiB`, as a pipeline file says it. */
export function bytesText(bytes: number): string {
  const [unit, size] = bytes >= 2 ** 30 ? (['GiB', 2 ** 30] as const) : (['MiB', 2 ** 20] as const);
  return `${Number((bytes / size).toFixed(1))} ${unit}`;
}
