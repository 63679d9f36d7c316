/** The whole page, section by section. */
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { Study } from '../state.ts';
import type { ConnectionState } from './connection.ts';
import { Curves } from './curves.tsx';
import { Instances } from './instances.tsx';
import type { KnownState } from './known-state.ts';
import { Log } from './log.tsx';
import { Machine } from './machine.tsx';
import { NewsList } from './news-list.tsx';
import { Pictures } from './pictures.tsx';
import { PlanPicture } from './plan-picture.tsx';
import { Running } from './running.tsx';
import { Summary } from './summary.tsx';

interface PageProps {
  readonly known: KnownState;
  readonly connection: ConnectionState;
  /** Milliseconds since the epoch, by the clock of the server. */
  readonly now: number;
  /** The last event of the server. */
  readonly heard: number;
}

export function Page({ known, connection, now, heard }: PageProps): JSX.Element {
  const [wanted, setLog] = useState<string>();
  const studies = [...known.studies.values()].sort((a, b) => a.number - b.number);
  const [home] = studies;
  if (home === undefined) return <Opening connection={connection} />;
  const showLog = (key: string): void => {
    setLog(key);
    document.getElementById('log')?.scrollIntoView();
  };
  return (
    <>
      <a class="skip" href="#plan">
        To the plan
      </a>
      <Summary known={known} home={home} connection={connection} heard={heard} now={now} />
      <main>
        {studies.map((study) => (
          <PlanSection key={study.number} study={study} known={known} now={now} onLog={showLog} />
        ))}
        <div class="columns">
          <Running known={known} studies={studies} now={now} onLog={showLog} />
          {known.machine !== undefined && <Machine machine={known.machine} />}
        </div>
        <CurvesOfAll known={known} studies={studies} />
        <div class="columns">
          <Log known={known} wanted={wanted} onChoose={setLog} isOpen={connection === 'open'} />
          <NewsOfAll known={known} />
        </div>
        <PicturesOfAll known={known} />
      </main>
      <footer>
        <p>
          pretext-study {known.head?.version} on {known.head?.host}. This page only reads; it ends with{' '}
          <code>pipeline serve</code>, and runs go on without it.
        </p>
      </footer>
    </>
  );
}

interface KnownProps {
  readonly known: KnownState;
}

/** Drawn again when there are new points, or other instances. */
function CurvesOfAll({ known, studies }: KnownProps & { readonly studies: readonly Study[] }): JSX.Element {
  const { series, study } = known.changes;
  return useMemo(
    () => (
      <>
        {studies.map((each) => (
          <Curves key={each.number} study={each} known={known} isAlone={studies.length === 1} />
        ))}
      </>
    ),
    [series, study, known.instances.size],
  );
}

function NewsOfAll({ known }: KnownProps): JSX.Element {
  return useMemo(() => <NewsList news={[...known.news.values()]} />, [known.changes.news]);
}

function PicturesOfAll({ known }: KnownProps): JSX.Element {
  return useMemo(() => <Pictures known={known} />, [known.changes.picture]);
}

function Opening({ connection }: { readonly connection: ConnectionState }): JSX.Element {
  return (
    <main>
      <h1>Pipeline</h1>
      <p>
        {connection === 'closed'
          ? 'The server does not know this page: open the address that it printed.'
          : 'The state is being loaded.'}
      </p>
    </main>
  );
}

interface PlanSectionProps {
  readonly study: Study;
  readonly known: KnownState;
  readonly now: number;
  readonly onLog: (key: string) => void;
}

function PlanSection({ study, known, now, onLog }: PlanSectionProps): JSX.Element {
  const entries = [...known.instances].filter(([, instance]) => instance.study === study.number);
  const title = study.isHome ? 'Plan' : `Plan of ${study.name}`;
  return (
    <section id={study.isHome ? 'plan' : undefined}>
      <h2>{title}</h2>
      {study.problem !== undefined && (
        <div class="faults">
          <h3>The plan is not up to date</h3>
          <p>{study.problem}</p>
        </div>
      )}
      {!study.isHome && <p class="note">Another pipeline on the same store: {study.file}.</p>}
      {study.stages.length === 0 ? (
        <p class="note">The plan is being made.</p>
      ) : (
        <PlanPicture study={study} instances={entries.map(([, instance]) => instance)} now={now} />
      )}
      {entries.length > 0 && <Instances entries={entries} onLog={onLog} />}
    </section>
  );
}
