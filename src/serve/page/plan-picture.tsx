/** The plan as a picture: a box for each stage that fills as its instances end. */
import type { JSX } from 'preact';
import type { Drawing, InstanceState, Study } from '../state.ts';
import { countStages, countText, type StageCounts } from './stage-counts.ts';

interface PlanPictureProps {
  readonly study: Study;
  readonly instances: readonly InstanceState[];
  readonly now: number;
}

/** As in drawing.ts: lines begin at this place, boxes at 0. */
const MARGIN = 6;
const RADIUS = 6;
const BAR = 5;

export function PlanPicture({ study, instances, now }: PlanPictureProps): JSX.Element {
  const counts = countStages(instances, now);
  const texts = study.stages.map((stage) => {
    const count = counts.get(stage);
    return `${stage}: ${count === undefined ? 'none' : countText(count)}`;
  });
  return (
    <>
      {(['wide', 'tall'] as const).map((form) => (
        <div key={form} class={`scroll plan ${form}`} tabIndex={0} role="region" aria-label={`Plan of ${study.name}`}>
          <svg
            role="img"
            aria-label={`The stages and their progress. ${texts.join('; ')}.`}
            width={study[form].width}
            height={study[form].height}
            viewBox={`0 0 ${study[form].width} ${study[form].height}`}
          >
            <Lines drawing={study[form]} />
            {study.stages.map((stage, index) => (
              <StageBox
                key={stage}
                stage={stage}
                box={study[form].boxes[index]}
                counts={counts.get(stage)}
                clip={`box-${study.number}-${form}-${index}`}
              />
            ))}
          </svg>
        </div>
      ))}
      <ul class="legend" aria-hidden="true">
        {(['done', 'running', 'failed'] as const).map((part) => (
          <li key={part}>
            <span class={`swatch ${part}`} /> {part === 'failed' ? 'not finished' : part}
          </li>
        ))}
      </ul>
    </>
  );
}

function Lines({ drawing }: { readonly drawing: Drawing }): JSX.Element {
  return (
    <g transform={`translate(${MARGIN},${MARGIN})`}>
      {drawing.lines.map((line) => (
        <path key={line} class="edge" d={line} />
      ))}
      {drawing.arrows.map((arrow) => (
        <path key={arrow} class="arrow" d={arrow} />
      ))}
    </g>
  );
}

interface StageBoxProps {
  readonly stage: string;
  readonly box: Drawing['boxes'][number] | undefined;
  readonly counts: StageCounts | undefined;
  /** A name that is unique on the page. */
  readonly clip: string;
}

function StageBox({ stage, box, counts, clip }: StageBoxProps): JSX.Element | null {
  if (box === undefined || counts === undefined) return null;
  const { x, y, width, height } = box;
  const [left, top] = [x - width / 2, y - height / 2];
  const { done, running, failed } = counts.fill;
  const pieces = [
    { part: 'done', from: 0, share: done },
    { part: 'running', from: done, share: running },
    { part: 'failed', from: 1 - failed, share: failed },
  ].filter(({ share }) => share > 0);
  const shape = { x: left, y: top, width, height, rx: RADIUS };
  const isAtWork = counts.counts.running > 0;
  return (
    <g class={isAtWork ? 'stage at-work' : 'stage'}>
      <title>{`${stage}: ${countText(counts)}`}</title>
      <clipPath id={clip}>
        <rect {...shape} />
      </clipPath>
      <rect class="ground" {...shape} />
      <g clip-path={`url(#${clip})`}>
        {pieces.map(({ part, from, share }) => (
          <g key={part} class={part}>
            <rect class="tint" x={left + from * width} y={top} width={share * width} height={height} />
            <rect class="bar" x={left + from * width} y={top + height - BAR} width={share * width} height={BAR} />
          </g>
        ))}
      </g>
      <rect class="outline" {...shape} />
      <text class="name" x={x} y={y - 4} text-anchor="middle">
        {fitted(stage, width)}
      </text>
      <text class="count" x={x} y={y + 11} text-anchor="middle">
        {shortCount(counts)}
      </text>
    </g>
  );
}

/** A letter of the name is 7.6 units wide at most. */
function fitted(name: string, width: number): string {
  const most = Math.floor((width - 12) / 7.6);
  return name.length <= most ? name : `${name.slice(0, most - 1)}…`;
}

/** Short enough for the narrowest box. */
function shortCount({ total, counts }: StageCounts): string {
  if (counts.failed > 0) return total === 1 ? 'not finished' : `${counts.failed} not finished`;
  if (total === 1)
    return counts.running > 0 ? 'running' : counts.blocked > 0 ? 'blocked' : counts.done > 0 ? 'done' : 'waits';
  return counts.running > 0 ? `${counts.done}/${total}, ${counts.running} run` : `${counts.done} of ${total}`;
}
