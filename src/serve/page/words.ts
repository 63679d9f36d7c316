/** Numbers, times and states in words. */
import { bytes, counted, listed } from '../../report/format.ts';
import { unreachable } from '../../util/unreachable.ts';
import type { InstanceState, Status } from '../state.ts';

export { bytes, counted, listed };

/** `0.3 s`, `42 s`, `4 min 56 s`, `1 h 02 min`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const total = Math.round(seconds);
  const [hours, minutes] = [Math.floor(total / 3600), Math.floor((total % 3600) / 60)];
  if (hours > 0) return `${hours} h ${String(minutes).padStart(2, '0')} min`;
  return minutes > 0 ? `${minutes} min ${String(total % 60).padStart(2, '0')} s` : `${total} s`;
}

/** Time of day, where the reader is. */
export function clock(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** Up to four significant digits. */
export function number(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  return size >= 1e6 || size < 1e-4 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}

export const percent = (share: number): string => `${Math.round(100 * share)} %`;

export function statusWord(status: Status): string {
  switch (status) {
    case 'waiting':
      return 'waits';
    case 'running':
      return 'runs';
    case 'retrying':
      return 'is tried again soon';
    case 'elsewhere':
      return 'runs elsewhere';
    case 'done':
      return 'done';
    case 'failed':
      return 'failed';
    case 'blocked':
      return 'blocked';
    case 'stopped':
      return 'stopped';
    case 'killed':
      return 'ended with its runner';
    case 'submitted':
      return 'left to its job';
    default:
      return unreachable(status);
  }
}

/** `seed 0, start random`; the stage of an instance without axes. */
export function axesText({ axes, stage }: Pick<InstanceState, 'axes' | 'stage'>): string {
  const words = Object.entries(axes).map(([axis, value]) => `${axis} ${value}`);
  return words.length === 0 ? stage : words.join(', ');
}
