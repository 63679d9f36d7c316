/** Sections as a person reads them in a terminal or in a review. */
import type { Stream } from '../terminal.ts';
import { table } from '../text/table.ts';
import type { Section } from './rows.ts';

export function drawSections(sections: readonly Section[], stream: Stream): string {
  const { colors } = stream;
  const blocks = sections.map(({ title, columns, rows }) => {
    const layout = columns.map((column, i) => ({
      ...column,
      fold: i === columns.length - 1 && column.align === undefined,
    }));
    const lines = table(
      layout,
      rows.map((row) => row.map((text) => ({ text }))),
      stream.columns(),
      colors.dim,
    );
    return [colors.bold(title), ...lines].join('\n');
  });
  return `${blocks.join('\n\n')}\n`;
}

export function markdownSections(sections: readonly Section[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
  const blocks = sections.map(({ title, columns, rows }) =>
    [
      `### ${title}`,
      '',
      line(columns.map((column) => column.title)),
      `| ${columns.map(({ align }) => (align === 'right' ? '---:' : '---')).join(' | ')} |`,
      ...rows.map(line),
    ].join('\n'),
  );
  return `${blocks.join('\n\n')}\n`;
}

/** Names and values must not end a cell and must not become markup. */
const escapeMarkdown = (text: string): string =>
  text.replaceAll(/[\\`*_{}[\]<>#|~&]/g, '\\$&').replaceAll(/[\r\n]+/g, ' ');
