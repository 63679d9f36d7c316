import { readFile, writeFile } from 'node:fs/promises';

/** Adds those lines that the file lacks at its end, or makes the file. Returns the added lines. */
export async function appendMissingLines(file: string, lines: readonly string[]): Promise<readonly string[]> {
  const before = await textOf(file);
  const missing = lines.filter((line) => !before.split(/\r?\n/).includes(line));
  const separator = before === '' || before.endsWith('\n') ? '' : '\n';
  if (missing.length > 0) await writeFile(file, `${separator}${missing.join('\n')}\n`, { flag: 'a' });
  return missing;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
