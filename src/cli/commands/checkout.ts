/**
 * `pipeline checkout [targets...]`: restores published outputs as the lockfile names them, without executing anything.
 */
import path from 'node:path';
import type { CheckedOut } from '../../runner/results.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { Refusal } from '../refusal.ts';
import type { Terminal } from '../terminal.ts';
import {
  openProject,
  requireOwnPlaces,
  selectTargets,
  withOpenPipeline,
  type Project,
  type ProjectOptions,
} from '../project.ts';
import { present } from '../../util/known.ts';

export interface CheckoutOptions extends ProjectOptions {
  readonly to?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** A missing result is reported and makes the command fail. */
export async function checkout(
  targets: readonly string[],
  options: CheckoutOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const project = await openProject(options, terminal);
  const { named } = selectTargets(project.pipeline, targets);
  await requireOwnPlaces(project);
  const to = options.to === undefined ? {} : { to: path.resolve(terminal.folder, options.to) };
  const outputs = await withOpenPipeline(
    project,
    ({ results }) => results.checkout(named, { ...to, aside: options.force ?? false }),
    { protects: true },
  );
  const edited = outputs.filter(({ state }) => state === 'edited');
  if (edited.length > 0) throw refusalOf(edited, project);
  if (options.json) terminal.results.write(`${JSON.stringify(outputs, null, 2)}\n`);
  else terminal.results.write(tell(outputs, project));
  return outputs.every(isThere) ? exitCode.done : exitCode.stageFailed;
}

const isThere = ({ state }: CheckedOut): boolean => state === 'placed' || state === 'in-place';

function refusalOf(edited: readonly CheckedOut[], { show }: Project): Refusal {
  const remedy = 'Nothing was written. Move it away, or let --force rename it and put the result in its place.';
  return new Refusal(
    edited.map(({ path, instance }, i) => ({
      code: 'checkout-conflict',
      severity: 'error',
      message: `${show(present(path, 'path'))} holds a file that is not in the store, and a result of ${instance} belongs there`,
      ...(i === edited.length - 1 && { remedy }),
    })),
  );
}

function tell(outputs: readonly CheckedOut[], { show }: Project): string {
  const lines = outputs.flatMap(({ state, instance, output, path, aside }) => {
    switch (state) {
      case 'placed':
        return [
          `${show(present(path, 'path'))}${aside === undefined ? '' : ` (the earlier file is ${show(aside)} now)`}`,
        ];
      case 'not-in-store':
        return [
          `missing: output ${present(output, 'output')} of ${instance} is not in this store; pipeline run ${instance} makes it`,
        ];
      case 'not-executed':
        return [
          `missing: the lockfile names no ${output === undefined ? 'result' : `output ${output}`} of ${instance}; pipeline run ${instance} makes it`,
        ];
      case 'in-place':
      case 'edited':
        return [];
    }
  });
  const number = (wanted: CheckedOut['state']): number => outputs.filter(({ state }) => state === wanted).length;
  const missing = outputs.filter((output) => !isThere(output)).length;
  return [
    ...lines,
    `${number('placed')} put in place, ${number('in-place')} in place already${missing > 0 ? `, ${missing} missing` : ''}.`,
    '',
  ].join('\n');
}
