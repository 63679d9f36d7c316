/** The GPUs on which processes of others compute. */
import type { Gpu } from './gpu.ts';
import { cellsOf, nvidiaSmi, type NvidiaSmi } from './nvidia-smi.ts';

/** UUIDs of those of `gpus` on which any process computes. A part of a card is not busy because another part is. */
export async function busyGpus(gpus: readonly Gpu[], ask: NvidiaSmi = nvidiaSmi): Promise<ReadonlySet<string>> {
  const answer = await ask(['--query-compute-apps=gpu_uuid', '--format=csv,noheader,nounits']);
  const named = new Set(answer.kind === 'answered' ? cellsOf(answer.text).map(([uuid = '']) => uuid) : []);
  const busy = gpus.filter(({ uuid }) => named.has(uuid)).map(({ uuid }) => uuid);
  // For a divided card, nvidia-smi names the card here, and its parts only in the full report.
  const divided = new Set(gpus.flatMap(({ part }) => (part !== undefined && named.has(part.card) ? [part.card] : [])));
  if (divided.size > 0) busy.push(...(await busyParts(gpus, divided, ask)));
  return new Set(busy);
}

async function busyParts(gpus: readonly Gpu[], cards: ReadonlySet<string>, ask: NvidiaSmi): Promise<string[]> {
  const answer = await ask(['-q', '-x']);
  if (answer.kind !== 'answered') return [];
  const busy = elements(answer.text, 'gpu').flatMap((report) => {
    const card = elements(report, 'uuid').find((uuid) => cards.has(uuid));
    return card === undefined ? [] : busyDevices(report).map((device) => ({ card, device }));
  });
  return gpus.flatMap(({ uuid, part }) =>
    busy.some(({ card, device }) => card === part?.card && device === part.device) ? [uuid] : [],
  );
}

/** Numbers of the parts of one card on which a process computes. */
function busyDevices(report: string): number[] {
  const instanceOf = (xml: string): string =>
    ['gpu_instance_id', 'compute_instance_id'].map((name) => elements(xml, name)[0] ?? '').join('/');
  const computing = new Set(elements(report, 'process_info').map(instanceOf));
  return elements(report, 'mig_device')
    .filter((device) => computing.has(instanceOf(device)))
    .map((device) => Number(elements(device, 'index')[0]));
}

/** The contents of the elements of a name, which do not nest in this report. */
const elements = (xml: string, name: string): string[] =>
  Array.from(xml.matchAll(new RegExp(`<${name}(?: [^>]*)?>([^]*?)</${name}>`, 'g')), ([, content = '']) =>
    content.trim(),
  );
