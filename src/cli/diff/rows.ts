/** A comparison as the tables that text and Markdown print. */
import type { Json } from '../../util/json.ts';
import type { Comparison } from './compare.ts';

export interface Section {
  readonly title: string;
  readonly columns: readonly { readonly title: string; readonly align?: 'right' }[];
  readonly rows: readonly (readonly string[])[];
}

const MOST_ROWS = 60;

/** Empty sections are left out; if there are many metrics, the most changed are shown. */
export function sectionsOf({ from, to, params, metrics, added, removed, missing }: Comparison): Section[] {
  const several =
    new Set(metrics.map(({ instance, output }) => `${instance} ${output}`)).size >
    new Set(metrics.map(({ instance }) => instance)).size;
  const [before, after] = [
    { title: from, align: 'right' as const },
    { title: to, align: 'right' as const },
  ];
  const told = metrics.slice(0, MOST_ROWS);
  const left = metrics.length - told.length;
  const sections: Section[] = [
    {
      title: 'Params',
      columns: [{ title: 'param' }, before, after],
      rows: params.map((param) => [param.path, valueText(param.before), valueText(param.after)]),
    },
    {
      title: left > 0 ? `Metrics (the ${MOST_ROWS} most changed of ${metrics.length})` : 'Metrics',
      columns: [{ title: 'instance' }, { title: 'metric' }, before, after, { title: 'change', align: 'right' }],
      rows: told.map(({ instance, output, metric, before: a, after: b, delta }) => [
        instance,
        several ? `${output}: ${metric}` : metric,
        valueText(a),
        valueText(b),
        deltaText(delta),
      ]),
    },
    {
      title: 'Instances',
      columns: [{ title: '' }, { title: 'instance' }],
      rows: [...added.map((id) => ['added', id]), ...removed.map((id) => ['removed', id])],
    },
    {
      title: 'Not compared',
      columns: [{ title: 'instance' }, { title: 'output' }, { title: 'reason' }],
      rows: missing.map(({ instance, output, side, reason }) => [instance, output, `${reason} (${side})`]),
    },
  ];
  return sections.filter(({ rows }) => rows.length > 0);
}

const valueText = (value: Json | undefined): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);

const deltaText = (delta: number | undefined): string =>
  delta === undefined ? '' : delta > 0 ? `+${delta}` : String(delta);
