/**
 * Chooses between CUDA 12 and 13 by driver and cards (NVIDIA, "CUDA Compatibility" and "CUDA Toolkit Release Notes").
 */
import { cellsOf, nvidiaSmi, type NvidiaSmi } from '../../runner/resources/nvidia-smi.ts';
import { err, ok, type Result } from '../../util/result.ts';

interface NoCuda {
  readonly message: string;
  readonly remedy: string;
}

/**
 * The oldest drivers that run programs of CUDA 12 and 13, and the oldest architecture that CUDA 13 compiles for
 * (Turing).
 */
const OLDEST_DRIVER = { 12: 525, 13: 580 } as const;
const OLDEST_CAPABILITY_13 = 7.5;

const SAY =
  'For a machine with a GPU that is not this one, use --cuda 12 or --cuda 13. For tests without a GPU, use --cpu.';

/** Asks nvidia-smi. */
export async function chooseCuda(ask: NvidiaSmi = nvidiaSmi): Promise<Result<'cuda12' | 'cuda13', NoCuda>> {
  const answer = await ask(['--query-gpu=driver_version,compute_cap', '--format=csv,noheader,nounits']);
  if (answer.kind === 'failed') return err({ message: `nvidia-smi gives no answer: ${answer.message}`, remedy: SAY });
  const cards = (answer.kind === 'none' ? [] : cellsOf(answer.text)).map(([driver = '', capability = '']) => ({
    driver: Number.parseInt(driver, 10),
    capability: Number.parseFloat(capability),
  }));
  const [first] = cards;
  if (first === undefined) return err({ message: 'nvidia-smi finds no GPU here', remedy: SAY });
  const oldest = Math.min(...cards.map(({ capability }) => capability));
  if (first.driver >= OLDEST_DRIVER[13] && oldest >= OLDEST_CAPABILITY_13) return ok('cuda13');
  if (first.driver >= OLDEST_DRIVER[12]) return ok('cuda12');
  return err({
    message: `The driver is version ${first.driver}, and the engine needs ${OLDEST_DRIVER[12]} or newer`,
    remedy: 'Install a newer driver of NVIDIA.',
  });
}
