/** Checks of the GPUs: the list of GPUs, and an engine that computes on them. */
import { describeAbsence, surveyGpus, type Gpu } from '../../runner/resources/gpu.ts';
import { cellsOf, nvidiaSmi } from '../../runner/resources/nvidia-smi.ts';
import { doubtful, good, type Finding } from './finding.ts';

const ON_PROCESSOR = 'gpu stages run on the processor, one at a time';

export async function gpu(): Promise<Finding> {
  const survey = await surveyGpus(process.env.CUDA_VISIBLE_DEVICES);
  switch (survey.kind) {
    case 'none':
      return good('gpu', `none found by nvidia-smi: ${ON_PROCESSOR}`);
    case 'hidden':
      return good('gpu', `${describeAbsence(survey)}: ${ON_PROCESSOR}`);
    case 'failed':
      return doubtful(
        'gpu',
        `${describeAbsence(survey)}: ${ON_PROCESSOR}`,
        'nvidia-smi -q shows more; a restart may help.',
      );
    case 'found':
      return examine(survey.gpus);
  }
}

async function examine(gpus: readonly Gpu[]): Promise<Finding> {
  const { findCardEngine } = await import('../engine/find-card-engine.ts');
  const [cards, engine] = await Promise.all([describe(gpus), findCardEngine(gpus)]);
  return engine.kind === 'usable'
    ? good('gpu', `${cards}; the engine ${engine.engine} computes on it`)
    : doubtful('gpu', engine.reason, engine.remedy);
}

/** Names, with memory and driver if nvidia-smi lists them. */
async function describe(gpus: readonly Gpu[]): Promise<string> {
  const answer = await nvidiaSmi(['--query-gpu=uuid,memory.total,driver_version', '--format=csv,noheader']);
  const rows = new Map(
    answer.kind === 'answered' ? cellsOf(answer.text).map(([uuid = '', ...more]) => [uuid, more]) : [],
  );
  const cards = gpus.map(({ uuid, name, part }) => {
    const [memory = '', driver = ''] = rows.get(part?.card ?? uuid) ?? [];
    const details = [part === undefined ? memory : '', driver === '' ? '' : `driver ${driver}`].filter(
      (text) => text !== '',
    );
    return [name, ...details].join(', ');
  });
  return cards.join('; ');
}
