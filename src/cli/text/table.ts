/** A table for the terminal: columns aligned by cells, one of them folded when the terminal is too narrow. */
import { pad, width, wrap } from './width.ts';
import { at } from '../../util/known.ts';

interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Folded over several lines when the table is wider than the terminal. */
  readonly fold?: boolean;
}

/** A cell is plain text, which may hold line breaks; `style` is put around the rest after folding. */
export interface Cell {
  readonly text: string;
  readonly style?: (text: string) => string;
}

const GAP = '  ';
const NARROWEST = 16;

/**
 * @param columns terminal width; undefined: not limited.
 * @returns the table's lines, the titles first; no trailing spaces.
 */
export function table(
  layout: readonly Column[],
  rows: readonly (readonly Cell[])[],
  columns: number | undefined,
  heading: (text: string) => string,
): string[] {
  const titles = layout.map((column): Cell => ({ text: column.title, style: heading }));
  const all = [titles, ...rows];
  const widths = columnWidths(layout, all, columns);
  return all.flatMap((row) => renderRow(layout, row, widths));
}

function columnWidths(
  layout: readonly Column[],
  rows: readonly (readonly Cell[])[],
  columns: number | undefined,
): number[] {
  const natural = layout.map((_, index) =>
    Math.max(...rows.map((row) => Math.max(...at(row, index).text.split('\n').map(width)))),
  );
  if (columns === undefined) return natural;
  const total = natural.reduce((sum, cells) => sum + cells) + GAP.length * (layout.length - 1);
  return natural.map((cells, index) =>
    at(layout, index).fold && total > columns ? Math.max(NARROWEST, cells - (total - columns)) : cells,
  );
}

function renderRow(layout: readonly Column[], row: readonly Cell[], widths: readonly number[]): string[] {
  const folded = row.map((cell, index) => wrap(cell.text, at(widths, index)));
  const height = Math.max(...folded.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => {
    const last = folded.findLastIndex((lines) => (lines[line] ?? '') !== '');
    return folded
      .slice(0, last + 1)
      .map((lines, index) => {
        const text = lines[line] ?? '';
        const padded =
          index === last && at(layout, index).align !== 'right'
            ? text
            : pad(text, at(widths, index), at(layout, index).align);
        const style = at(row, index).style;
        return style === undefined || text === '' ? padded : padded.replace(text, () => style(text));
      })
      .join(GAP);
  });
}
