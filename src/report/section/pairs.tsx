/** 4, third part. The training data of self-supervision: pairs of views of one image. */
import type { JSX } from 'preact';
import { identifier } from '../identifier.ts';
import { Name, Section } from '../parts.tsx';
import type { Study } from '../study.ts';

export function PairsSection({ study }: { readonly study: Study }): JSX.Element {
  const shown = study.datasets.filter(({ pairs }) => pairs.length > 0);
  return (
    <Section id="pairs" title="Augmented pairs">
      <p>
        Self-supervised pre-training learns to recognize that two views belong to one image. If a person could not,
        neither can the network.
      </p>
      {shown.map(({ name, title, pairs }) => (
        <article key={name}>
          <h3>
            <Name>{title}</Name>
          </h3>
          <div class="sheets">
            {pairs.map(({ start, picture: { uri, width, height } }) => (
              <figure key={start} id={identifier('pairs', name, start)}>
                <img
                  src={uri}
                  width={width}
                  height={height}
                  decoding="async"
                  alt={`Pairs of augmented views of training images of ${title}, one row for each image.`}
                />
                <figcaption>
                  Pre-training from the start “<Name>{start}</Name>”: one row for each image.
                </figcaption>
              </figure>
            ))}
          </div>
        </article>
      ))}
    </Section>
  );
}
