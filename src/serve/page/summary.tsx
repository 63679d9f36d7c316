/** The head of the page: what goes on in one sentence, trouble, runs, and the report. */
import type { JSX } from 'preact';
import type { RunState, Study } from '../state.ts';
import type { ConnectionState } from './connection.ts';
import type { KnownState } from './known-state.ts';
import { countOf, type StageCounts } from './stage-counts.ts';
import { clock, counted, duration, listed } from './words.ts';

interface SummaryProps {
  readonly known: KnownState;
  readonly home: Study;
  readonly connection: ConnectionState;
  readonly heard: number;
  readonly now: number;
}

const MOST_RUNS = 4;

export function Summary({ known, home, connection, heard, now }: SummaryProps): JSX.Element {
  const runs = [...known.runs.values()].sort((a, b) => b.started - a.started);
  const own = [...known.instances.values()].filter(({ study }) => study === home.number);
  const counts = countOf(own, now);
  return (
    <header>
      <h1>{home.name}</h1>
      <p class="verdict" role="status">
        {verdict(runs, counts)}
      </p>
      <Trouble connection={connection} heard={heard} runs={runs} />
      {runs.length > 0 && (
        <ul class="runs" aria-label="Runs">
          {runs.slice(0, MOST_RUNS).map((run) => (
            <RunLine key={run.id} run={run} now={now} study={nameOf(run, known, home)} />
          ))}
        </ul>
      )}
      <Reports known={known} />
    </header>
  );
}

function verdict(runs: readonly RunState[], { total, counts }: StageCounts): string {
  const atWork = runs.filter(({ state }) => state === 'running').length;
  const told = [
    `${counts.done} of ${total} done`,
    ...(counts.running > 0 ? [`${counts.running} running`] : []),
    ...(counts.waiting > 0 ? [`${counts.waiting} waiting`] : []),
    ...(counts.failed > 0 ? [`${counts.failed} not finished`] : []),
    ...(counts.blocked > 0 ? [`${counts.blocked} blocked`] : []),
  ];
  const who = atWork === 0 ? 'No run is at work' : `${counted(atWork, 'run')} at work`;
  return total === 0 ? `${who}.` : `${who}: ${listed(told)}.`;
}

function Trouble({
  connection,
  heard,
  runs,
}: Pick<SummaryProps, 'connection' | 'heard'> & { readonly runs: readonly RunState[] }): JSX.Element | null {
  const [newest] = runs;
  if (connection === 'lost' || connection === 'closed')
    return (
      <div class="faults" role="alert">
        <h2>No connection since {clock(heard)}</h2>
        <p>
          {connection === 'lost'
            ? 'The page shows the state of then and tries again. Runs do not need the page.'
            : 'The server was started anew or has ended: open the address that it printed.'}
        </p>
      </div>
    );
  if (newest?.state !== 'died') return null;
  return (
    <div class="faults" role="alert">
      <h2>The runner died</h2>
      <p>
        Its last sign of life is of {clock(newest.heard)}, on {newest.host}. Results are kept. The next{' '}
        <code>pipeline run</code> continues from the checkpoints of the stages that were ended.
      </p>
    </div>
  );
}

const STATES: Readonly<Record<RunState['state'], string>> = {
  running: 'at work',
  done: 'done',
  failed: 'failed',
  interrupted: 'interrupted',
  died: 'died',
};

function RunLine({
  run,
  now,
  study,
}: {
  readonly run: RunState;
  readonly now: number;
  readonly study: string | undefined;
}) {
  const seconds = run.seconds ?? ((run.state === 'running' ? now : run.heard) - run.started) / 1000;
  return (
    <li class={`run ${run.state}`}>
      <strong>{STATES[run.state]}</strong> {study !== undefined && <span>{study} </span>}
      <span class="soft">
        {run.targets.length === 0 ? 'everything' : run.targets.join(' ')}, since {clock(run.started)} on {run.host},{' '}
        {duration(seconds)}
      </span>
    </li>
  );
}

/** Undefined for a run of the pipeline that the page is about. */
const nameOf = (run: RunState, known: KnownState, home: Study): string | undefined =>
  run.study === home.number ? undefined : known.studies.get(`study/${run.study}`)?.name;

function Reports({ known }: { readonly known: KnownState }): JSX.Element | null {
  const pages = [...known.pages.values()];
  if (pages.length === 0) return null;
  return (
    <p class="reports">
      {pages.slice(0, MOST_RUNS).map(({ digest, instance, file }) => (
        <a key={digest} href={`output/${digest}`} target="_blank" rel="noopener noreferrer">
          {file} of {instance}
        </a>
      ))}
    </p>
  );
}
