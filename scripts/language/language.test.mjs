import { describe, expect, it } from 'vitest';
import { proseOfComments, proseOfMarkdown, wideLines } from './prose.mjs';
import { isInverted, measure, relativeWords, sentencesOf } from './sentences.mjs';

const texts = (blocks) => blocks.flatMap(sentencesOf).map(({ text }) => text);
const located = (blocks) => blocks.flatMap(sentencesOf).map(({ line, text }) => `${line}: ${text}`);

describe('the prose of a Markdown page', () => {
  it('is its paragraphs and list items, each at its line', () => {
    const page =
      '# What a title says\n\nThe first one is here. The second\none is there.\n\n- An item of a list\n- Another ' +
      'item of it\n';
    expect(located(proseOfMarkdown(page))).toEqual([
      '3: The first one is here.',
      '3: The second one is there.',
      '6: An item of a list',
      '7: Another item of it',
    ]);
  });

  it('locates a sentence in the middle of its paragraph', () => {
    expect(located(proseOfMarkdown('One line is full of words,\nand ends here. The next\nbegins above.'))).toEqual([
      '1: One line is full of words, and ends here.',
      '2: The next begins above.',
    ]);
  });

  it('holds no code, no table and no HTML comment', () => {
    const page = [
      '```sh',
      'What is this code?',
      '```',
      '',
      '    What is indented code',
      '',
      '| What a cell says | there |',
      '<!-- What a comment says',
      'in two lines -->',
      'A sentence of text with `What is code` in it.',
    ];
    expect(located(proseOfMarkdown(page.join('\n')))).toEqual(['10: A sentence of text with `code` in it.']);
  });

  it('takes continued list items as one and indented paragraphs of a list as prose', () => {
    expect(texts(proseOfMarkdown('1. The item goes on\n   in this line.\n\n    It has a second paragraph.'))).toEqual([
      'The item goes on in this line.',
      'It has a second paragraph.',
    ]);
  });
});

describe('wide lines of a page', () => {
  it('are those of prose, by characters, without the targets of links', () => {
    const wide = 'ä'.repeat(121);
    const page = [wide, 'ä'.repeat(120), `| ${wide} |`, '```', wide, '```', `    ${wide}`, `[a link](${wide})`];
    expect(wideLines(page.join('\n'), 120)).toEqual([{ line: 1, width: 121 }]);
  });
});

describe('the prose of comments', () => {
  it('comes from block comments and from lines, each at its line', () => {
    const source = [
      '/**',
      ' * The first sentence of the block',
      ' * ends here.',
      ' */',
      'const a = 1; // A comment behind the code.',
      '// Two lines of comment',
      '// make one sentence.',
      'const b = 2;',
      '/** A comment of one line. */',
    ];
    expect(located(proseOfComments(source.join('\n')))).toEqual([
      '2: The first sentence of the block ends here.',
      '5: A comment behind the code.',
      '6: Two lines of comment make one sentence.',
      '9: A comment of one line.',
    ]);
  });

  it.each([
    ['a string', `const a = 'http://What.is.this one';`],
    ['a template', 'const a = `x // What is this one`;'],
    ['a template of several lines', 'const a = `x\n  // What is this one\n`;'],
    ['a regular expression', String.raw`const a = /['"]\/\/ What is this one/;`],
    ['a directive', '// eslint-disable-next-line no-what is this'],
  ])('does not come from %s', (_, code) => {
    expect(texts(proseOfComments(`${code}\n// The comment after it.`))).toEqual(['The comment after it.']);
  });

  it('keeps comments apart that have code between them', () => {
    expect(texts(proseOfComments('// the first comment here\nf();\n// the second comment here'))).toEqual([
      'the first comment here',
      'the second comment here',
    ]);
  });

  it('begins a new sentence at a tag and at an item', () => {
    expect(
      texts(
        proseOfComments('/**\n * Adds two numbers together\n * @returns the sum of them\n * - an item of three */'),
      ),
    ).toEqual(['Adds two numbers together', 'the sum of them', 'an item of three']);
  });
});

describe('sentences', () => {
  it('end at full stops, colons and semicolons before a capital, a number or code', () => {
    const text = 'See it here: The first one. `code` is the second; A third one ends in 1.5 s. 7 more words are here.';
    expect(texts([{ line: 1, text }])).toEqual([
      'See it here:',
      'The first one.',
      '`code` is the second;',
      'A third one ends in 1.5 s.',
      '7 more words are here.',
    ]);
  });

  it('do not end at abbreviations', () => {
    expect(texts([{ line: 1, text: 'Methods of Chen et al. (2020), e.g. SimCLR, see Fig. 2 there.' }])).toHaveLength(1);
  });

  it.each(['What is missing is made again.', 'Who asks gets all.', '**Where files lie** counts.', 'So it is done.'])(
    'are inverted when a clause stands before the subject: %s',
    (text) => {
      expect(texts([{ line: 1, text }]).map(isInverted)).toEqual([true]);
    },
  );

  it.each(['Missing files are made again.', 'Office hours are over.', 'Which one do you want?', 'Some of it is here.'])(
    'are plain otherwise: %s',
    (text) => {
      expect(isInverted(text)).toBe(false);
    },
  );

  it('are counted with their relative words', () => {
    expect(relativeWords('The file that holds what you wrote, which is here.')).toBe(3);
    expect(measure([{ text: 'What is here is mine.' }, { text: 'A plain one stands.' }])).toEqual({
      count: 2,
      inverted: 1,
      relative: 1,
      words: 9,
    });
  });
});
