/** The curves of all stages: the first metrics of each stage open, the others folded up. */
import type { JSX } from 'preact';
import { group } from 'd3-array';
import type { Study } from '../state.ts';
import { COLORS, CurveChart } from './curve-chart.tsx';
import { curvePanels, type CurvePanel } from './curve-panels.ts';
import type { KnownState } from './known-state.ts';
import { counted, number } from './words.ts';

interface CurvesProps {
  readonly study: Study;
  readonly known: KnownState;
  readonly isAlone: boolean;
}

/** Panels that are open for each stage. */
const OPEN = 3;

export function Curves({ study, known, isAlone }: CurvesProps): JSX.Element | null {
  const instances = [...known.instances.values()].filter((each) => each.study === study.number);
  const series = [...known.series.values()].filter((each) => each.study === study.number);
  const panels = curvePanels(study.stages, instances, series);
  if (panels.length === 0) return null;
  return (
    <section>
      <h2>Curves{isAlone ? '' : ` of ${study.name}`}</h2>
      {[...group(panels, ({ stage }) => stage)].map(([stage, members]) => (
        <StageCurves key={stage} stage={stage} panels={members} />
      ))}
    </section>
  );
}

function StageCurves({ stage, panels }: { readonly stage: string; readonly panels: readonly CurvePanel[] }) {
  const more = panels.slice(OPEN);
  return (
    <>
      <h3>{stage}</h3>
      <div class="panels">
        {panels.slice(0, OPEN).map((panel) => (
          <Panel key={panel.key} panel={panel} />
        ))}
      </div>
      {more.length > 0 && (
        <details>
          <summary>
            {counted(more.length, 'more metric')} of {stage}
          </summary>
          <div class="panels">
            {more.map((panel) => (
              <Panel key={panel.key} panel={panel} />
            ))}
          </div>
        </details>
      )}
    </>
  );
}

function Panel({ panel }: { readonly panel: CurvePanel }): JSX.Element {
  return (
    <figure>
      <CurveChart panel={panel} />
      <ul class="legend">
        {panel.groups.map(({ name, seeds, mean }, index) => (
          <li key={name} class={`series-${index % COLORS}`}>
            <svg class="key" viewBox="0 0 22 8" aria-hidden="true">
              <path class={`line dash-${Math.floor(index / COLORS) % 3}`} d="M1,4H21" />
            </svg>
            <span>
              {name === '' ? panel.stage : name}{' '}
              <span class="soft">
                {number(mean.at(-1)?.[1] ?? 0)}
                {seeds.length > 1 && `, mean of ${seeds.length}`}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </figure>
  );
}
