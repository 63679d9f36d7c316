/** A contact sheet shown row by row beside words: stored once on the page, each row a window onto it. */
import type { ComponentChildren, JSX } from 'preact';
import type { EmbeddedPicture } from './picture.ts';

interface SheetProps {
  /** Unique on the page. */
  readonly id: string;
  readonly picture: EmbeddedPicture;
  /** `SheetRow`s of the same id. */
  readonly children: ComponentChildren;
}

export function Sheet({ id, picture: { uri, width, height }, children }: SheetProps): JSX.Element {
  return (
    <>
      <svg class="store" width={0} height={0} aria-hidden="true">
        <defs>
          <image id={id} width={width} height={height} href={uri} />
        </defs>
      </svg>
      <ul class="examples">{children}</ul>
    </>
  );
}

interface SheetRowProps extends SheetProps {
  /** The number of rows in the sheet, all of one height. */
  readonly rows: number;
  /** From 0. */
  readonly row: number;
  /** The text alternative of the picture. */
  readonly alt: string;
}

/** Pixels of white around every tile of a contact sheet. */
const GAP = 2;

export function SheetRow({ id, picture: { width, height }, rows, row, alt, children }: SheetRowProps): JSX.Element {
  const step = Math.floor((height - GAP) / rows);
  return (
    <li>
      <svg
        class="example"
        role="img"
        aria-label={alt}
        viewBox={`${GAP} ${GAP + row * step} ${width - 2 * GAP} ${step - GAP}`}
      >
        <use href={`#${id}`} />
      </svg>
      <div>{children}</div>
    </li>
  );
}
