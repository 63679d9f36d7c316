/** The parts of every section. */
import type { Spread } from '../formats/evaluation.ts';
import type { ComponentChildren, JSX } from 'preact';
import { fixed, NONE, withSpread } from './format.ts';
import type { Range } from './study.ts';

/** A word from elsewhere: its direction of writing must not change the text around it. */
export function Name({ children }: { readonly children: string }): JSX.Element {
  return <bdi>{children}</bdi>;
}

export function Section({
  id,
  title,
  children,
}: {
  readonly id: string;
  readonly title: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <section id={id} aria-labelledby={`${id}-heading`}>
      <h2 id={`${id}-heading`}>{title}</h2>
      {children}
    </section>
  );
}

interface FigureProps {
  readonly id: string;
  readonly caption: ComponentChildren;
  /** The numbers behind the picture. */
  readonly data: TableProps;
  readonly children: ComponentChildren;
}

export function Figure({ id, caption, data, children }: FigureProps): JSX.Element {
  return (
    <figure id={id}>
      <div class="panels">{children}</div>
      <figcaption>{caption}</figcaption>
      <details>
        <summary>Data of this figure</summary>
        <DataTable {...data} />
      </details>
    </figure>
  );
}

interface TableProps {
  readonly label: string;
  readonly head: readonly string[];
  /** The first cell of each row names it. */
  readonly rows: readonly (readonly ComponentChildren[])[];
  /** Columns of text; the others are numbers, aligned to the right. */
  readonly texts?: readonly number[];
}

/** Wide tables scroll in a box of their own, which the keyboard can reach. */
export function DataTable({ label, head, rows, texts = [0] }: TableProps): JSX.Element {
  const kind = (column: number) => (texts.includes(column) ? 'text' : 'number');
  return (
    <div class="scroll" role="region" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {head.map((title, i) => (
              <th key={i} scope="col" class={kind(i)}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, i) => (
            <tr key={i}>
              {cells.map((cell, column) =>
                column === 0 ? (
                  <th key={column} scope="row" class={kind(0)}>
                    {cell}
                  </th>
                ) : (
                  <td key={column} class={kind(column)}>
                    {cell}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface EstimateProps {
  readonly main: string;
  readonly interval: string;
  readonly verdict?: string;
}

/** A number, its interval below, and its meaning below the interval. */
export function Estimate({ main, interval, verdict }: EstimateProps): JSX.Element {
  return (
    <>
      {main}
      <span class="interval-text">{interval}</span>
      {verdict !== undefined && (
        <span class={verdict === 'cannot tell' ? 'verdict-text open' : 'verdict-text'}>{verdict}</span>
      )}
    </>
  );
}

export function estimated(score: (Spread & Range) | undefined, digits: number): EstimateProps {
  if (score === undefined) return { main: NONE, interval: '' };
  return { main: withSpread(score, digits), interval: `[${fixed(score.low, digits)}, ${fixed(score.high, digits)}]` };
}
