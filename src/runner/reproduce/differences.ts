/** The differences between two versions of an output, collected place by place. */
import { significant } from '../../util/number.ts';
import type { FieldDifference, OutputReproduction } from '../../formats/reproduction.ts';

export class Differences {
  readonly #tolerance: number;
  readonly #fields = new Map<string, { values: number; maxAbsolute: number; maxRelative: number }>();
  #first: string | undefined;
  #beyond = false;

  constructor(tolerance: number) {
    this.#tolerance = tolerance;
  }

  /** @param place within the field; only called for a difference */
  number(field: string, place: () => string, recorded: number, now: number): void {
    if (Object.is(recorded, now) || recorded === now) return;
    const scale = Math.max(Math.abs(recorded), Math.abs(now));
    const absolute = Math.abs(recorded - now);
    // One of them is no finite number, and no difference says how far they are apart.
    if (!Number.isFinite(absolute)) {
      this.other(place(), String(recorded), String(now));
      return;
    }
    this.#first ??= `${place()}: ${recorded} -> ${now}`;
    if (absolute > this.#tolerance * Math.max(1, scale)) this.#beyond = true;
    const seen = this.#fields.get(field) ?? { values: 0, maxAbsolute: 0, maxRelative: 0 };
    this.#fields.set(field, {
      values: seen.values + 1,
      maxAbsolute: Math.max(seen.maxAbsolute, absolute),
      maxRelative: Math.max(seen.maxRelative, absolute / scale),
    });
  }

  /** Something that is not a matter of more or less. */
  other(place: string, recorded: string, now: string): void {
    this.#first ??= `${place}: ${excerpt(recorded)} -> ${excerpt(now)}`;
    this.#beyond = true;
  }

  /** As the verdict on an output whose bytes differ. */
  verdict(): OutputReproduction {
    const fields = Object.fromEntries([...this.#fields].map(([field, difference]) => [field, rounded(difference)]));
    return {
      verdict: this.#beyond ? 'different' : 'within',
      first: this.#first ?? 'the same values, written differently',
      ...(this.#fields.size > 0 && { fields }),
    };
  }
}

const rounded = ({ values, maxAbsolute, maxRelative }: FieldDifference): FieldDifference => ({
  values,
  maxAbsolute: significant(maxAbsolute),
  maxRelative: significant(maxRelative),
});

const LONGEST = 60;
const excerpt = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
