import { expect, test } from 'vitest';
import { findCoding, type FileCodes, type MaskClasses } from './coding.ts';

const file = (counts: Readonly<Record<number, number>>, more: Partial<FileCodes> = {}): FileCodes => ({
  file: 'a.png',
  kind: 'gray',
  lossy: false,
  counts: new Map(Object.entries(counts).map(([code, pixels]) => [Number(code), pixels])),
  ...more,
});

function coded(files: readonly FileCodes[], codes: readonly number[], classes?: MaskClasses) {
  const coding = findCoding(files, classes);
  if (!coding.ok) return coding.error;
  return { classes: coding.value.classes, numbers: codes.map((code) => coding.value.classOf(code) ?? null) };
}

test.each([
  ['0 and 255', [file({ 0: 9, 255: 3 })], [0, 255]],
  ['0 and 1', [file({ 0: 9, 1: 3 })], [0, 1]],
  ['1 in one file and 255 in another', [file({ 0: 9, 1: 3 }), file({ 0: 9, 255: 3 })], [0, 255]],
  ['one color on black', [file({ 0: 9, 16711680: 3 }, { kind: 'color' })], [0, 16711680]],
])('%s are background and foreground', (_, files, codes) => {
  expect(coded(files, codes)).toEqual({ classes: ['foreground'], numbers: [0, 1] });
});

test('small numbers are classes, and a list names them', () => {
  const files = [file({ 0: 9, 1: 3 }), file({ 0: 9, 2: 3 })];
  expect(coded(files, [0, 1, 2, 3])).toEqual({ classes: ['class 1', 'class 2'], numbers: [0, 1, 2, null] });
  expect(coded(files, [2], ['disc', 'cup'])).toEqual({ classes: ['disc', 'cup'], numbers: [2] });
  expect(coded(files, [], ['disc'])).toBe('the masks hold the classes 1 to 2; classes names 1: disc');
});

test('entries of a palette are classes, whatever their colors', () => {
  expect(coded([file({ 0: 9, 1: 3, 2: 1 }, { kind: 'palette' })], [2])).toMatchObject({ numbers: [2] });
});

const around = (value: number) => Array.from({ length: 25 }, (_, i) => [Math.abs(value - i), 40] as const);

test('JPEG noise around black and white is cut in the middle', () => {
  const counts = new Map([...around(0), ...around(255)]);
  expect(coded([file({}, { lossy: true, counts })], [0, 24, 127, 128, 240])).toEqual({
    classes: ['foreground'],
    numbers: [0, 0, 0, 1, 1],
  });
});

test('other gray values are refused with the values and the remedy', () => {
  expect(coded([file({ 0: 9, 76: 3, 149: 1 })], [])).toBe(
    'the masks hold the values 0, 76, 149. Say what they mean, such as "classes": { "lesion": 255 }, or a color: ' +
      '{ "lesion": "#ff0000" }',
  );
  const gradient = new Map(Array.from({ length: 256 }, (_, value) => [value, 1] as const));
  expect(coded([file({}, { counts: gradient })], [])).toContain('and 248 more');
});

test('an object says what numbers and colors mean; black is background, and others have no class', () => {
  const named = { disc: 128, cup: 255 };
  expect(coded([file({ 0: 9, 128: 3, 255: 1 })], [0, 128, 255, 7], named)).toEqual({
    classes: ['disc', 'cup'],
    numbers: [0, 1, 2, null],
  });
  expect(coded([], [0xff0000], { lesion: '#ff0000' })).toMatchObject({ numbers: [1] });
  expect(coded([], [255], { lesion: '#ffffff', background: '#000000' })).toMatchObject({ numbers: [1] });
  expect(coded([], [], { lesion: 'red' })).toContain('classes.lesion: expected a number or a color');
});
