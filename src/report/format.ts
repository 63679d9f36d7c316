/** Numbers as the page prints them: fixed digits, a true minus sign, and nothing that depends on a locale. */
import type { Spread } from '../formats/evaluation.ts';
import type { Defined } from './study.ts';
import { last } from '../util/known.ts';

const MINUS = '\u2212';
/** Shown where a number is not defined. */
export const NONE = '\u2013';

export function fixed(value: Defined, digits: number): string {
  if (value === null || !Number.isFinite(value)) return NONE;
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** With its sign, also the plus. */
export function signed(value: Defined, digits: number): string {
  const text = fixed(value, digits);
  return text === NONE || text.startsWith(MINUS) || Number(text) === 0 ? text : `+${text}`;
}

/** `0.812 ± 0.004`; without the spread where there is none. */
export function withSpread({ mean, sd }: Spread, digits: number): string {
  return sd === null ? fixed(mean, digits) : `${fixed(mean, digits)} ± ${fixed(sd, digits)}`;
}

/** Whole numbers in groups of three, with thin spaces. */
export function whole(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** `1 image`, `2 images`. */
export function counted(value: number, noun: string): string {
  return `${whole(value)} ${noun}${value === 1 ? '' : 's'}`;
}

export function seconds(value: number): string {
  if (value < 10) return `${value.toFixed(1)} s`;
  const total = Math.round(value);
  const [hours, minutes] = [Math.floor(total / 3600), Math.floor((total % 3600) / 60)];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${total % 60} s` : `${total} s`;
}

export function bytes(value: number): string {
  const mebibytes = value / 2 ** 20;
  return mebibytes < 1024 ? `${Math.round(mebibytes)} MiB` : `${(mebibytes / 1024).toFixed(1)} GiB`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${last(items)}`;
}
