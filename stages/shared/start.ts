/** The weights that a training starts from, as its stage records them. */
import { loadStart } from '../../src/learn/nn/start.ts';
import type { ResNet } from '../../src/learn/nn/resnet.ts';
import type { HostModel } from '../../src/learn/train/loop.ts';
import type { Stage } from '../../src/stage/index.ts';

/** Null draws them at random. Throws WeightsError when the file does not fit. */
export async function openStart(
  weights: string | null,
  network: ResNet,
  seed: number,
  stage: Pick<Stage, 'record' | 'warn'>,
): Promise<HostModel> {
  const { backbone, notes, warning } = await loadStart(weights, network, ['start', seed]);
  stage.record(notes);
  if (warning !== null) stage.warn(warning);
  return backbone;
}
