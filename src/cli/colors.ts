/**
 * Decides if a stream is colored. The first of these counts: `--color`/`--no-color`, NO_COLOR, FORCE_COLOR, a terminal.
 * picocolors' own detection is not used, because it colors pipes if CI is set.
 */
import picocolors from 'picocolors';

export type Colors = ReturnType<typeof picocolors.createColors>;

interface ColorWish {
  /** `--color` is true, `--no-color` false, no option undefined. */
  readonly option: boolean | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: boolean;
}

/** Empty values are ignored, as no-color.org and force-color.org ask. */
export function wantsColor({ option, environment, isTerminal }: ColorWish): boolean {
  if (option !== undefined) return option;
  if (environment.NO_COLOR) return false;
  const forced = environment.FORCE_COLOR;
  if (forced) return forced !== '0' && forced !== 'false'; // Node's own reading of FORCE_COLOR=0
  return isTerminal && environment.TERM !== 'dumb';
}

export function colors(enabled: boolean): Colors {
  return picocolors.createColors(enabled);
}
