/** The instances at work, with speed and time left; below them those that did not finish. */
import type { JSX } from 'preact';
import type { InstanceState, Study } from '../state.ts';
import type { KnownState } from './known-state.ts';
import { speedOf } from './speed.ts';
import { axesText, duration, number, percent, statusWord } from './words.ts';

interface RunningProps {
  readonly known: KnownState;
  readonly studies: readonly Study[];
  readonly now: number;
  readonly onLog: (key: string) => void;
}

type Entry = readonly [string, InstanceState];

const MOST = 24;
const AT_WORK: readonly string[] = ['running', 'retrying', 'elsewhere', 'submitted'];
const UNFINISHED: readonly string[] = ['failed', 'killed', 'stopped'];

export function Running({ known, studies, now, onLog }: RunningProps): JSX.Element {
  const entries = [...known.instances];
  const atWork = entries.filter(([, { status }]) => AT_WORK.includes(status)).sort(byStart);
  const unfinished = entries.filter(([, { status }]) => UNFINISHED.includes(status)).sort(byStart);
  const nameOf = ({ study }: InstanceState): string | undefined =>
    study === 0 ? undefined : studies.find((each) => each.number === study)?.name;
  return (
    <section>
      <h2>Running</h2>
      {atWork.length === 0 && <p class="note">Nothing runs now.</p>}
      <ul class="cards">
        {atWork.slice(0, MOST).map(([key, instance]) => (
          <RunningCard
            key={key}
            instance={instance}
            study={nameOf(instance)}
            now={now}
            onLog={() => {
              onLog(key);
            }}
          />
        ))}
      </ul>
      {atWork.length > MOST && <p class="note">And {atWork.length - MOST} more.</p>}
      {unfinished.length > 0 && (
        <>
          <h3>Not finished</h3>
          <ul class="cards">
            {unfinished.slice(0, MOST).map(([key, instance]) => (
              <UnfinishedCard
                key={key}
                instance={instance}
                onLog={() => {
                  onLog(key);
                }}
              />
            ))}
          </ul>
          {unfinished.length > MOST && <p class="note">And {unfinished.length - MOST} more.</p>}
        </>
      )}
    </section>
  );
}

const byStart = ([, a]: Entry, [, b]: Entry): number => (a.started ?? 0) - (b.started ?? 0);

interface CardProps {
  readonly instance: InstanceState;
  readonly onLog: () => void;
}

function RunningCard({
  instance,
  study,
  now,
  onLog,
}: CardProps & { readonly study: string | undefined; readonly now: number }): JSX.Element {
  const { share } = speedOf(instance, now);
  return (
    <li class="card">
      <Title instance={instance} onLog={onLog} />
      <progress max={1} {...(share !== undefined && { value: share })} aria-label={`Progress of ${instance.id}`} />
      <p class="facts">
        {[study, ...facts(instance, now)]
          .filter((fact) => fact !== undefined)
          .map((fact) => (
            <span key={fact}>{fact}</span>
          ))}
      </p>
    </li>
  );
}

function Title({ instance, onLog }: CardProps): JSX.Element {
  return (
    <p class="card-title">
      <strong>{instance.stage}</strong>
      {Object.keys(instance.axes).length > 0 && <span class="soft">{axesText(instance)}</span>}
      <button type="button" onClick={onLog} aria-label={`Log of ${instance.id}`}>
        log
      </button>
    </p>
  );
}

function facts(instance: InstanceState, now: number): readonly (string | undefined)[] {
  const { progress, started, status, attempt, resumed, note } = instance;
  const { share, rate, secondsLeft } = speedOf(instance, now);
  const unit = progress?.unit ?? '';
  return [
    status === 'running' ? undefined : statusWord(status),
    progress?.note,
    progress?.total !== undefined ? `${number(progress.done)}/${number(progress.total)} ${unit}`.trim() : undefined,
    share === undefined ? undefined : percent(share),
    rate === undefined ? undefined : rateText(rate, unit),
    started === undefined ? undefined : `for ${duration((now - started) / 1000)}`,
    secondsLeft === undefined ? undefined : `${duration(secondsLeft)} left`,
    (attempt ?? 1) > 1 ? `attempt ${attempt ?? 1}` : undefined,
    resumed === true ? 'resumed' : undefined,
    note,
  ];
}

/** A slow stage is told by the minute. */
function rateText(rate: number, unit: string): string {
  const word = unit === '' ? 'units' : unit;
  const digits = (value: number): string => (value >= 10 ? String(Math.round(value)) : value.toPrecision(2));
  return rate >= 0.5 ? `${digits(rate)} ${word}/s` : `${digits(60 * rate)} ${word}/min`;
}

function UnfinishedCard({ instance, onLog }: CardProps): JSX.Element {
  return (
    <li class="card unfinished">
      <Title instance={instance} onLog={onLog} />
      <p class="facts">
        <span>{statusWord(instance.status)}</span>
        {instance.note !== undefined && <span>{instance.note}</span>}
      </p>
    </li>
  );
}
