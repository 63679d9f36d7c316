/** The character between the cells of a table: a comma in most countries, a semicolon where the comma is decimal. */
import { dsvFormat } from 'd3-dsv';

const SEPARATORS = [',', ';', '\t', '|'] as const;
export type Separator = (typeof SEPARATORS)[number];

export const SEPARATOR_NAMES: Readonly<Record<Separator, string>> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'vertical bar',
};

/** The separator that cuts the first line into the most cells; a comma where no separator cuts it. */
export function findSeparator(text: string): Separator {
  const header = text.split(/\r?\n|\r/, 1)[0] ?? '';
  const cells = (separator: Separator) => dsvFormat(separator).parseRows(header)[0]?.length ?? 0;
  return SEPARATORS.reduce((best, separator) => (cells(separator) > cells(best) ? separator : best));
}
