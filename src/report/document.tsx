/** The page as a whole: one file, no script, no request to anywhere. The same study gives the same bytes. */
import type { JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { counted, listed } from './format.ts';
import { Answer } from './section/answer.tsx';
import { Confusion } from './section/confusion.tsx';
import { Curves } from './section/curves.tsx';
import { Pairs } from './section/pairs.tsx';
import { Provenance } from './section/provenance.tsx';
import { Results } from './section/results.tsx';
import { Setting } from './section/setting.tsx';
import { STYLE } from './style.ts';
import type { Study } from './study.ts';

/** Nothing may be loaded, and the browser is told so: pictures are data URIs, the style is in the page. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** A complete HTML document. */
export function renderHtml(study: Study): string {
  return `<!doctype html>\n${renderToString(<Page study={study} />)}\n`;
}

function Page({ study }: { readonly study: Study }): JSX.Element {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={POLICY} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{study.title}</title>
        <style dangerouslySetInnerHTML={{ __html: STYLE }} />
      </head>
      <body>
        <a class="skip" href="#answer">Skip to the answer</a>
        <header>
          <h1>{study.title}</h1>
          <p>{summary(study)}</p>
          <nav aria-label="Sections">
            <ul>{sectionsOf(study).map(({ id, title }) => <li key={id}><a href={`#${id}`}>{title}</a></li>)}</ul>
          </nav>
        </header>
        <main>
          <Answer study={study} />
          <Setting study={study} />
          <Results study={study} />
          <Curves study={study} />
          <Confusion study={study} />
          <Pairs study={study} />
          <Provenance study={study} />
        </main>
        <footer>Written by Pretext. This page needs no network and no script; the same numbers lie beside it as JSON, CSV and Markdown.</footer>
      </body>
    </html>
  );
}

function summary({ datasets }: Study): string {
  const seeds = [...new Set(datasets.map(({ evaluation }) => evaluation.seeds.length))];
  return `${counted(datasets[0]?.evaluation.models.length ?? 0, 'starting point')} compared on ${listed(datasets.map(({ title }) => title))}, ${listed(seeds.map((count) => counted(count, 'seed')))} each.`;
}

function sectionsOf({ datasets }: Study): { readonly id: string; readonly title: string }[] {
  const hasCurves = datasets.some(({ fineTuning, preTraining }) => fineTuning.length + preTraining.length > 0);
  const hasPairs = datasets.some(({ pairs }) => pairs.length > 0);
  return [
    { id: 'answer', title: 'Answer' },
    { id: 'setting', title: 'Setting' },
    { id: 'results', title: 'Results' },
    ...(hasCurves ? [{ id: 'curves', title: 'Learning curves' }] : []),
    { id: 'confusion', title: 'Confusion' },
    ...(hasPairs ? [{ id: 'pairs', title: 'Augmented pairs' }] : []),
    { id: 'provenance', title: 'Provenance' },
  ];
}
