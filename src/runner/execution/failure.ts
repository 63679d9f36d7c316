/** The failure of an attempt, from the end of its process and its messages. */
import type { Failure } from '../../formats/failure.ts';
import type { Body } from '../pipeline.ts';
import { unreachable } from '../../util/unreachable.ts';
import type { TaskEnd } from './executor.ts';
import type { MessageCollector } from './message-collector.ts';

/** Undefined: the process reported success. */
export function failureOf(
  end: TaskEnd,
  body: Body['kind'],
  { done, error }: Pick<MessageCollector, 'done' | 'error'>,
): Failure | undefined {
  switch (end.kind) {
    case 'not-started':
      return { kind: 'system', message: `it could not be started: ${end.message}` };
    case 'signal':
      return { kind: 'signal', signal: end.signal };
    case 'exit':
      if (error !== undefined) return { kind: 'exit', code: end.code, message: error };
      if (end.code === 0 && (body === 'command' || done)) return undefined;
      return {
        kind: 'exit',
        code: end.code,
        ...(body === 'module' && {
          message:
            'the process ended without a word that the stage function had returned; something in it calls process.exit or closes file descriptor 3',
        }),
      };
    default:
      return unreachable(end);
  }
}
