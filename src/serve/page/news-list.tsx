/** The last events of all runs, the newest first. */
import type { JSX } from 'preact';
import type { News } from '../state.ts';
import { clock } from './words.ts';

const SHOWN = 40;

export function NewsList({ news }: { readonly news: readonly News[] }): JSX.Element {
  const shown = [...news].sort((a, b) => b.at - a.at).slice(0, SHOWN);
  return (
    <section>
      <h2>Events</h2>
      {shown.length === 0 && <p class="note">None yet.</p>}
      {shown.length > 0 && (
        <ol class="news" tabIndex={0} aria-label="The last events">
          {shown.map(({ at, tone, text }, index) => (
            <li key={`${at} ${text} ${index}`} class={tone}>
              <time dateTime={new Date(at).toISOString()}>{clock(at)}</time> <span>{text}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
