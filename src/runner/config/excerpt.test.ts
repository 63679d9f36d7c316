import { expect, test } from 'vitest';
import { excerpt } from './excerpt.ts';
import { Source } from './source.ts';

test('the excerpt of a place underlines what the place is about', () => {
  const text = '{\r\n\t"stages": { "trian": 1 }\r\n}';
  const source = new Source('/x.json', text);
  const { lineText, start, length } = excerpt(text, source.locate(text.indexOf('"trian"'), 7));
  expect(lineText).toBe(' "stages": { "trian": 1 }');
  expect(lineText.slice(start, start + length)).toBe('"trian"');
});

test('what spans lines is underlined to the end of its first line', () => {
  const text = '{ "a": {  \n "b": 1 } }';
  const place = new Source('/x.json', text).locate(text.indexOf('{  '), 12);
  expect(excerpt(text, place)).toEqual({ lineText: '{ "a": {  ', start: 7, length: 1 });
});
