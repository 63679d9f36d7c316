/** Round moments along an axis of seconds. */
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400];
const MOST = 10;

interface Moment {
  readonly seconds: number;
  readonly text: string;
}

/** From 0 to `end`: `12 s`, from a minute on `1:30`, from an hour on `1:30:00`. */
export function momentsOf(end: number): Moment[] {
  const step = STEPS.find((each) => end / each <= MOST) ?? 86_400 * Math.ceil(end / 86_400 / MOST);
  return Array.from({ length: Math.floor(end / step + 1e-9) + 1 }, (_, i) => ({
    seconds: i * step,
    text: textOf(i * step, end, step),
  }));
}

function textOf(seconds: number, end: number, step: number): string {
  if (end < 60) return `${seconds.toFixed(step < 1 ? 1 : 0)} s`;
  const [minutes, rest] = [Math.floor(seconds / 60), two(seconds % 60)];
  return end < 3600 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${rest}`;
}

const two = (value: number): string => String(value).padStart(2, '0');
