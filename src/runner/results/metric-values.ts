/** The values of a metrics file by name: of JSON by path, of CSV by row and column. */
import path from 'node:path';
import { csvParse } from 'd3-dsv';
import type { Json, Scalar } from '../../util/json.ts';
import { at } from '../../util/known.ts';

export type MetricValues = ReadonlyMap<string, Scalar>;

/** Undefined: the name is not that of JSON or CSV, or the content does not match the name. */
export function metricValues(file: string, text: string): MetricValues | undefined {
  switch (path.extname(file).toLowerCase()) {
    case '.json':
      return jsonValues(text);
    case '.csv':
      return csvValues(text);
    default:
      return undefined;
  }
}

function jsonValues(text: string): MetricValues | undefined {
  try {
    const found = new Map<string, Scalar>();
    collect(JSON.parse(text) as Json, '', found);
    return found;
  } catch {
    return undefined;
  }
}

function collect(value: Json, name: string, found: Map<string, Scalar>): void {
  if (typeof value !== 'object' || value === null) found.set(name || 'value', value);
  else for (const [key, member] of Object.entries(value)) collect(member, name === '' ? key : `${name}.${key}`, found);
}

/** A row is named by its first column if that is unique, else by its number. */
function csvValues(text: string): MetricValues {
  const rows = csvParse(text);
  const [first, ...others] = rows.columns;
  const keys = rows.map((row) => row[first ?? ''] ?? '');
  const named = others.length > 0 && new Set(keys).size === keys.length;
  const found = new Map<string, Scalar>();
  rows.forEach((row, i) => {
    for (const column of named ? others : rows.columns)
      found.set(`${named ? at(keys, i) : String(i + 1)}.${column}`, scalar(row[column] ?? ''));
  });
  return found;
}

const scalar = (text: string): Scalar => (text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text);
