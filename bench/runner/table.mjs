// Prints measurements as text.
import os from 'node:os';

export function heading(tools, markdown) {
  const machine =
    `${os.availableParallelism()} cores, ${os.cpus()[0].model.trim()}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ` +
    `Node ${process.versions.node}`;
  const load = `load ${os.loadavg()[0].toFixed(1)} when it began`;
  const versions = tools.map(({ name, version }) => `${name} ${version}`).join(', ');
  return markdown ? `${machine}; ${load}. ${versions}.\n` : `${machine}; ${load}\n${versions}\n`;
}

/** The first column is left-aligned, the others are numbers. */
export function table(title, columns, rows, markdown) {
  if (markdown) {
    const line = (cells) => `| ${cells.join(' | ')} |`;
    return [
      `**${title}**`,
      '',
      line(columns),
      line(columns.map((_, i) => (i === 0 ? '---' : '---:'))),
      ...rows.map(line),
      '',
    ].join('\n');
  }
  const widths = columns.map((column, i) => Math.max(column.length, ...rows.map((row) => row[i].length)));
  const line = (cells) =>
    `  ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ')}`;
  return [title, line(columns), ...rows.map(line), ''].join('\n');
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle - 0.5)] + sorted[Math.floor(middle)]) / 2;
}

export const seconds = (value) => `${value.toFixed(value < 10 ? 2 : 1)} s`;
export const times = (value) => `${value.toFixed(value < 10 ? 2 : 1)} x`;
