/**
 * A picture that is a file of its own: style inside, light and dark by the viewer's setting, nothing loaded, no script.
 */
import type { ComponentChildren, JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { coordinate } from '../chart/coordinate.ts';
import { DARK, LIGHT } from '../style.ts';

interface StandaloneProps {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  /** A description of the picture in a sentence. */
  readonly description: string;
  /** Rules beyond those that every picture has. */
  readonly style: string;
  readonly children: ComponentChildren;
}

const STYLE = `
svg{${LIGHT};background:var(--page);color-scheme:light dark;font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums}
@media (prefers-color-scheme:dark){svg{${DARK}}}
text{fill:var(--ink)}
.page{fill:var(--page)}
.soft{fill:var(--soft);font-size:11px}
.strong{font-weight:600}
`;

/** The whole file. Equal pictures give equal bytes. */
export function renderPicture(picture: JSX.Element): string {
  return `${renderToString(picture)}\n`;
}

export function Standalone({ width, height, title, description, style, children }: StandaloneProps): JSX.Element {
  const [w, h] = [coordinate(width), coordinate(height)];
  return (
    <svg
      xmlns="http://www.w3.org/2000/svg"
      role="img"
      width={w}
      height={h}
      viewBox={`0 0 ${w} ${h}`}
      aria-labelledby="title description"
    >
      <title id="title">{printable(title)}</title>
      <desc id="description">{printable(description)}</desc>
      <style>{STYLE + style}</style>
      <rect class="page" width={w} height={h} />
      {children}
    </svg>
  );
}

/**
 * Replaces characters that XML does not allow (control characters, half surrogate pairs) and those that reorder the
 * text around them.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Surrogate}\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu, '\ufffd');
}

/** About how wide a text becomes; fonts differ, so that the estimate is a generous one. */
export function textWidth(text: string, size: number): number {
  let width = 0;
  for (const character of text)
    width += character >= '\u2e80' ? 1.05 : /[A-Z@%mwMW\u00c0-\u2e7f]/.test(character) ? 0.78 : 0.58;
  return width * size;
}

/** A text cut to a width; undefined if not even three letters find room. */
export function fitted(text: string, width: number, size: number): string | undefined {
  if (textWidth(text, size) <= width) return text;
  let kept = '';
  for (const character of text) {
    if (textWidth(`${kept}${character}…`, size) > width) break;
    kept += character;
  }
  return kept.length < 3 ? undefined : `${kept.trimEnd()}…`;
}
