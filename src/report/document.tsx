/** The page as a whole: one file, no script, no request to anywhere. The same study gives the same bytes. */
import type { JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { counted, listed } from './format.ts';
import { absentSections, sectionsOf } from './sections.ts';
import { STYLE } from './style.ts';
import type { Study } from './study.ts';

/** Nothing may be loaded, and the browser is told so: pictures are data URIs, the style is in the page. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** A complete HTML document. */
export function renderHtml(study: Study): string {
  return `<!doctype html>\n${renderToString(<Page study={study} />)}\n`;
}

function Page({ study }: { readonly study: Study }): JSX.Element {
  const [sections, absent] = [sectionsOf(study), absentSections(study)];
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
        <a class="skip" href="#answer">
          Skip to the answer
        </a>
        <header>
          <h1>{study.title}</h1>
          <p>{summary(study)}</p>
          <nav aria-label="Sections">
            <ul>
              {sections.map(({ id, title }) => (
                <li key={id}>
                  <a href={`#${id}`}>{title}</a>
                </li>
              ))}
            </ul>
          </nav>
        </header>
        <main>
          {sections.map(({ id, Content }) => (
            <Content key={id} study={study} />
          ))}
          {absent.length > 0 && (
            <p class="note">
              Not on this page, because this pipeline does not make it:{' '}
              {listed(absent.map((title) => title.toLowerCase()))}.
            </p>
          )}
        </main>
        <footer>
          Written by Pretext. This page needs no network and no script; the same numbers lie beside it as JSON, CSV and
          Markdown.
        </footer>
      </body>
    </html>
  );
}

function summary({ datasets }: Study): string {
  const seeds = [...new Set(datasets.map(({ evaluation }) => evaluation.seeds.length))];
  return (
    `${counted(datasets[0]?.evaluation.models.length ?? 0, 'starting point')} compared on ` +
    `${listed(datasets.map(({ title }) => title))}, ${listed(seeds.map((count) => counted(count, 'seed')))} each.`
  );
}
