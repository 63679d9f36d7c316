/** Names that MLflow takes for parameters and metrics: letters, digits and `_ - . / space`, at most 250 characters. */
import path from 'node:path';
import { digestOf } from '../../util/digest.ts';

const LONGEST = 250;

/** A name that must be changed gets a part of its digest, so that two names stay two. */
export function mlflowName(name: string): string {
  const plain = name.replaceAll(/[^\p{L}\p{N}_\-. /]/gu, '_');
  const isPath = plain !== '' && path.posix.normalize(plain) === plain && !/^(\/|\.\.|\.$)|\/$/.test(plain);
  const fitting = isPath ? plain : `_${plain.replaceAll('/', '_')}`;
  if (fitting === name && fitting.length <= LONGEST) return fitting;
  return `${fitting.slice(0, LONGEST - 9)}_${digestOf(name).slice(0, 8)}`;
}
