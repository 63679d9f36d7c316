/** A picture with a title and a description for those who cannot see it. */
import type { ComponentChildren, JSX } from 'preact';

interface PictureProps {
  /** Unique on the page; taken from the figure's key, never counted. */
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  /** The numbers that the picture shows, in a sentence. */
  readonly description: string;
  readonly children: ComponentChildren;
}

/** All charts are drawn this many units wide, so that their type has one size on the page. */
export const CHART_WIDTH = 400;

export function Picture({ id, width, height, title, description, children }: PictureProps): JSX.Element {
  return (
    <svg role="img" class="chart" viewBox={`0 0 ${width} ${height}`} aria-labelledby={`${id}-title ${id}-desc`}>
      <title id={`${id}-title`}>{title}</title>
      <desc id={`${id}-desc`}>{description}</desc>
      {children}
    </svg>
  );
}
