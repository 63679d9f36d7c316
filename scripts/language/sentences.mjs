/**
 * Splits prose into sentences and finds those that are hard to read for people with another mother tongue. Such a
 * sentence puts a clause before its subject: "What is missing is made again" instead of "Missing files are made again".
 */

/** Sentences of a block: `{ line, text }`. Fewer than three words are no sentence. */
export function sentencesOf({ line, text }) {
  let at = line;
  return plainText(text)
    .split(BOUNDARY)
    .flatMap((part) => {
      const first = at + newlines(/^\s*/.exec(part)[0]);
      at += newlines(part);
      return wordsOf(part).length < 3 ? [] : [{ line: first, text: part.replace(/\s+/g, ' ').trim() }];
    });
}

/** True if a sentence begins with a clause instead of its subject. Questions may. */
export function isInverted(sentence) {
  return INVERTED.test(sentence) && !sentence.endsWith('?');
}

/** The number of words in a sentence that open a subordinate clause. */
export function relativeWords(sentence) {
  return sentence.match(/\b(?:which|whose|whoever|whatever|that|what|who|where)\b/gi)?.length ?? 0;
}

/** Counts sentences, inverted sentences, relative words and words. */
export function measure(sentences) {
  const sum = (value) => sentences.reduce((total, { text }) => total + Number(value(text)), 0);
  return {
    count: sentences.length,
    inverted: sum(isInverted),
    relative: sum(relativeWords),
    words: sum((text) => wordsOf(text).length),
  };
}

const INVERTED =
  /^["'(]*(?:What|Who|Whom|Whose|Whoever|Whatever|Which|Whichever|Where|Wherever|Of|Whether|How|Neither|Nor|So)\b/;

/** The end of a sentence: a full stop, colon or semicolon before a word that begins one, but not an abbreviation's. */
const BOUNDARY =
  /(?<=[.!?:;]["')\]]*)(?<!\b(?:e\.g|i\.e|et al|vs|cf|Fig|Sec|Eq|No|pp?|approx|ca)\.)(?=\s+[A-Z0-9"'(`])/;

/** The text without targets of links, tags and emphasis; code becomes one word. Newlines stay. */
function plainText(text) {
  return text
    .replace(/`[^`]*`/g, (code) => '`code`' + '\n'.repeat(newlines(code)))
    .replace(/!\[[^\]]*\]\([^)]*\)/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<\/?[a-z][^>]*>/g, '')
    .replace(/\*\*|__|(?<![\w*])[*_](?=\S)|(?<=\S)[*_](?![\w*])/g, '');
}

function wordsOf(text) {
  return text.match(/[A-Za-z][A-Za-z'-]*/g) ?? [];
}

function newlines(text) {
  return text.split('\n').length - 1;
}
