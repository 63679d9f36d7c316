/** The GPUs that this process may use: whole cards, or the parts of cards that are divided by MIG. */
import { cellsOf, nvidiaSmi, printable, type NvidiaSmi } from './nvidia-smi.ts';

export interface Gpu {
  /** Identifies a card for all processes, independent of the order by a driver or CUDA_VISIBLE_DEVICES. */
  readonly uuid: string;
  readonly name: string;
  /** The card that this is a part of, and the number of the part there; absent for a whole card. */
  readonly part?: { readonly card: string; readonly device: number };
}

export type GpuSurvey =
  /** At least one. */
  | { readonly kind: 'found'; readonly gpus: readonly Gpu[] }
  | { readonly kind: 'none' }
  /** `message`: a clause that says why nvidia-smi gives no answer. */
  | { readonly kind: 'failed'; readonly message: string }
  /** There are `count` cards, and the variable CUDA_VISIBLE_DEVICES names none of them. */
  | { readonly kind: 'hidden'; readonly count: number; readonly value: string };

/** In nvidia-smi's order. @param visible the runner's own CUDA_VISIBLE_DEVICES */
export async function surveyGpus(visible: string | undefined, ask: NvidiaSmi = nvidiaSmi): Promise<GpuSurvey> {
  const [answer, listed] = await Promise.all([
    ask(['--query-gpu=uuid,name', '--format=csv,noheader,nounits']),
    ask(['-L']),
  ]);
  if (answer.kind !== 'answered') return answer;
  const rows = cellsOf(answer.text);
  const cards = rows.flatMap(([uuid = '', ...name]) => (isUuid(uuid) ? [{ uuid, name: name.join(', ') }] : []));
  if (cards.length === 0)
    return rows.length === 0
      ? { kind: 'none' }
      : {
          kind: 'failed',
          message: `it said "${printable(answer.text.trim().slice(0, 80))}" where UUIDs of cards were expected`,
        };
  const parts = listed.kind === 'answered' ? migPartsIn(listed.text) : [];
  const gpus = visible === undefined ? cards.flatMap((card) => unitsOf(card, parts)) : allowed(cards, parts, visible);
  return gpus.length > 0
    ? { kind: 'found', gpus }
    : { kind: 'hidden', count: cards.length, value: printable(visible ?? '') };
}

/** A clause that begins a sentence. */
export function describeAbsence(survey: Exclude<GpuSurvey, { kind: 'found' }>): string {
  switch (survey.kind) {
    case 'none':
      return 'No GPU was found';
    case 'failed':
      return `nvidia-smi does not list the GPUs (${survey.message})`;
    case 'hidden':
      return `CUDA_VISIBLE_DEVICES is "${survey.value}" and hides every GPU of this machine (${survey.count})`;
  }
}

/** A UUID becomes the name of a folder. */
const isUuid = (text: string): boolean => /^(GPU|MIG)-[\w-]+(\/\d+\/\d+)?$/.test(text);

const CARD = /^GPU \d+: .*\(UUID: (?<uuid>GPU-[\w-]+)\)\s*$/;
const PART = /^\s+MIG (?<profile>\S+)\s+Device\s+(?<device>\d+): \(UUID: (?<uuid>MIG-[\w/-]+)\)\s*$/;

/** The parts of divided cards in the output of `nvidia-smi -L`. */
function migPartsIn(text: string): Gpu[] {
  const parts: Gpu[] = [];
  let card: string | undefined;
  for (const line of text.split('\n')) {
    card = CARD.exec(line)?.groups?.uuid ?? card;
    const { profile, device, uuid } = PART.exec(line)?.groups ?? {};
    if (card !== undefined && uuid !== undefined && isUuid(uuid))
      parts.push({ uuid, name: `MIG ${printable(profile ?? '')}`, part: { card, device: Number(device) } });
  }
  return parts;
}

/** Only the parts of a divided card compute. */
function unitsOf(card: Gpu, parts: readonly Gpu[]): readonly Gpu[] {
  const own = parts.filter(({ part }) => part?.card === card.uuid);
  return own.length === 0 ? [card] : own.map((part) => ({ ...part, name: `${card.name} ${part.name}` }));
}

/**
 * CUDA's own reading: indices of cards, or beginnings of UUIDs of cards or parts, up to the first that names none;
 * empty: none. A card that is divided stands for its first part (CUDA C++ Programming Guide, CUDA_VISIBLE_DEVICES; MIG
 * User Guide).
 */
function allowed(cards: readonly Gpu[], parts: readonly Gpu[], visible: string): Gpu[] {
  const firstUnits = cards.flatMap((card) => unitsOf(card, parts).slice(0, 1));
  const allParts = cards.flatMap((card) => unitsOf(card, parts)).filter(({ part }) => part !== undefined);
  const chosen: Gpu[] = [];
  for (const entry of visible.split(',').map((text) => text.trim())) {
    const gpu = unitNamed(entry, { cards, firstUnits, allParts });
    if (gpu === undefined || chosen.includes(gpu)) break;
    chosen.push(gpu);
  }
  return chosen;
}

function unitNamed(
  entry: string,
  { cards, firstUnits, allParts }: Readonly<Record<'cards' | 'firstUnits' | 'allParts', readonly Gpu[]>>,
): Gpu | undefined {
  if (entry === '') return undefined;
  if (/^\d+$/.test(entry)) return firstUnits[Number(entry)];
  const card = cards.findIndex(({ uuid }) => uuid.startsWith(entry));
  return card === -1 ? allParts.find(({ uuid }) => uuid.startsWith(entry)) : firstUnits[card];
}
