/** Pictures among the finished outputs. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { KnownState } from './known-state.ts';

const FEW = 12;

export function Pictures({ known }: { readonly known: KnownState }): JSX.Element | null {
  const [all, setAll] = useState(false);
  const pictures = [...known.pictures];
  if (pictures.length === 0) return null;
  const shown = all ? pictures : pictures.slice(0, FEW);
  return (
    <section>
      <h2>Pictures</h2>
      <div class="pictures">
        {shown.map(([key, { digest, instance, output, file }]) => (
          <figure key={key}>
            <a href={`output/${digest}`} target="_blank" rel="noopener noreferrer">
              <img src={`output/${digest}`} alt={`${file} of ${instance}`} loading="lazy" />
            </a>
            <figcaption>
              {output} of {instance}
              {file.includes('/') && `: ${file}`}
            </figcaption>
          </figure>
        ))}
      </div>
      {pictures.length > FEW && !all && (
        <p>
          <button
            type="button"
            onClick={() => {
              setAll(true);
            }}
          >
            Show all {pictures.length}
          </button>
        </p>
      )}
    </section>
  );
}
