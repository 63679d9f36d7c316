/** A page as a whole: one file, no script, no request to anywhere. The same contents give the same bytes. */
import type { ComponentChildren, JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { STYLE } from './style.ts';

/** Nothing may be loaded, and the browser is told so: pictures are data URIs, the style is in the page. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

interface PageProps {
  readonly title: string;
  /** One sentence below it. */
  readonly summary: string;
  readonly sections: readonly { readonly id: string; readonly title: string }[];
  readonly children: ComponentChildren;
}

/** A complete HTML document. */
export function renderPage(page: JSX.Element): string {
  return `<!doctype html>\n${renderToString(page)}\n`;
}

export function Page({ title, summary, sections, children }: PageProps): JSX.Element {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={POLICY} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
        <style dangerouslySetInnerHTML={{ __html: STYLE }} />
      </head>
      <body>
        <a class="skip" href="#answer">
          Skip to the answer
        </a>
        <header>
          <h1>{title}</h1>
          <p>{summary}</p>
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
        <main>{children}</main>
        <footer>
          Written by Pretext. This page needs no network and no script; the same numbers lie beside it as JSON, CSV and
          Markdown.
        </footer>
      </body>
    </html>
  );
}
