/** Changes of data in half a sentence. */
import type { ChangeCounts } from '../../runner/data-versions/differences.ts';
import { count } from '../text/count.ts';

/** `14 images and 3 labels changed` */
export function changedText({ images, labels, files }: ChangeCounts): string {
  const parts = [
    ...(images > 0 ? [count(images, 'image')] : []),
    ...(labels > 0 ? [count(labels, 'label')] : []),
    ...(files > 0 ? [count(files, 'file')] : []),
  ];
  const last = parts.pop();
  if (last === undefined) return 'nothing changed';
  return `${parts.length > 0 ? `${parts.join(', ')} and ` : ''}${last} changed`;
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** `today`, `12 May`, or `12 May 2025` in another year than this one; of an ISO 8601 time, in UTC. */
export function dayText(iso: string, now: Date): string {
  const today = now.toISOString();
  if (iso.slice(0, 10) === today.slice(0, 10)) return 'today';
  const day = `${Number(iso.slice(8, 10))} ${MONTHS[Number(iso.slice(5, 7)) - 1] ?? ''}`;
  return iso.slice(0, 4) === today.slice(0, 4) ? day : `${day} ${iso.slice(0, 4)}`;
}
