/** Says once per store which variables of the user's shell do not reach the stages. */
import path from 'node:path';
import type { Plan } from '../plan.ts';
import { readState, writeState } from '../store/state-file.ts';
import { envEntry, heldBack } from './held-back.ts';

const FORMAT = 'held-back 1';

/** Sentences; none where nothing is to run, or where all of it was said in an earlier run. */
export async function heldBackNotices(
  storeFolder: string,
  { entries }: Plan,
  outer: NodeJS.ProcessEnv = process.env,
): Promise<string[]> {
  const toRun = entries.filter(({ verdict }) => verdict.kind === 'run').map(({ instance }) => instance);
  if (toRun.length === 0) return [];
  const variables = heldBack(
    entries.map(({ instance }) => instance),
    outer,
  );
  const wantsCards = entries.some(({ instance }) => (instance.resources.gpu ?? 0) > 0);
  const cards = outer.CUDA_VISIBLE_DEVICES && !wantsCards ? ['CUDA_VISIBLE_DEVICES'] : [];
  const file = path.join(storeFolder, 'state', 'held-back');
  const said = new Set(readState(file, FORMAT) as string[] | undefined);
  const fresh = variables.filter((name) => !said.has(name));
  const freshCards = cards.filter((name) => !said.has(name));
  if (fresh.length + freshCards.length > 0) await writeState(file, FORMAT, [...said, ...fresh, ...freshCards]);
  return [...(fresh.length > 0 ? [variablesText(fresh)] : []), ...(freshCards.length > 0 ? [CARDS_TEXT] : [])];
}

function variablesText(names: readonly string[]): string {
  const [are, them, values] =
    names.length === 1 ? ['is', 'it', 'its value counts'] : ['are', 'them', 'their values count'];
  return (
    `${names.join(', ')} ${are} set in your shell and not passed to stages. ${envEntry(names)} in a stage passes ` +
    `${them}; ${values} for its fingerprint then. This is said once.`
  );
}

const CARDS_TEXT =
  'CUDA_VISIBLE_DEVICES is set in your shell, and no stage asks for a card, so that none sees one. "resources": { ' +
  '"gpu": 1 } in a stage asks for one. This is said once.';
