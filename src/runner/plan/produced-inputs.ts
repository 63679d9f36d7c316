import type { Instance, Produced } from '../pipeline.ts';

/** Every output of another instance that an instance reads, those of gathered inputs too. */
export function producedInputsOf(instance: Pick<Instance, 'inputs'>): Produced[] {
  return Object.values(instance.inputs).flatMap((input): readonly Produced[] => {
    switch (input.kind) {
      case 'output':
        return [input];
      case 'gather':
        return input.members;
      default:
        return [];
    }
  });
}
