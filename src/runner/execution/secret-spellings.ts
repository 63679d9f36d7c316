/** The spellings of a text in which programs print it. */

/** A piece of base64 that is shorter than this may be a word of another text. */
const SHORTEST_BASE64 = 8;

/** The text itself first. Empty texts and duplicates may be among them. */
export function spellingsOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  const plain = [text, text.trim(), ...(lines.length > 1 ? lines.map((line) => line.trim()) : [])];
  return [
    ...plain,
    ...plain.flatMap((each) => [
      ...quotedForShells(each),
      ...escapedInJson(each),
      ...escapedInHtml(each),
      ...inUrls(each),
    ]),
    ...inBase64(text),
    Buffer.from(text).toString('hex'),
    Buffer.from(text).toString('hex').toUpperCase(),
  ];
}

/** `'it'\''s'`, Python's `'it'"'"'s'`, and `it\'s` of bash's `printf %q`. The outer quotes are no part. */
function quotedForShells(text: string): string[] {
  const inAnsiQuotes = text.replaceAll(/[\\']/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  return [
    text.replaceAll("'", `'\\''`),
    text.replaceAll("'", `'"'"'`),
    text.replaceAll(/[ \t!"#$&'()*,;<>?[\\\]^`{|}~]/g, '\\$&'),
    text.replaceAll(/["$`\\]/g, '\\$&'),
    inAnsiQuotes,
  ];
}

/** With and without escapes for letters beyond ASCII, and as a JSON text within a JSON text. */
function escapedInJson(text: string): string[] {
  const escaped = JSON.stringify(text).slice(1, -1);
  const ascii = escaped.replaceAll(
    /[\u0080-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return [escaped, escaped.replaceAll('/', '\\/'), ascii, JSON.stringify(escaped).slice(1, -1)];
}

function escapedInHtml(text: string): string[] {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const quoted = escaped.replaceAll('"', '&quot;');
  return [escaped, quoted, quoted.replaceAll("'", '&#39;'), quoted.replaceAll("'", '&#x27;')];
}

function inUrls(text: string): string[] {
  const encoded = strictlyEncoded(text);
  return [
    encodeURI(text),
    encodeURIComponent(text),
    encoded,
    encoded.replaceAll('%20', '+'),
    encoded.replaceAll('%2F', '/'), // Python's urllib.parse.quote
  ];
}

/** Every byte but letters, digits and `_.~-` (RFC 3986, section 2.3). */
const strictlyEncoded = (text: string): string =>
  Array.from(Buffer.from(text), (byte) => {
    const letter = String.fromCharCode(byte);
    return /[\w.~-]/.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');

/** The digits of percent encoding may be small. */
export function percentEncodings(spelling: string): string[] {
  const small = spelling.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
  return small === spelling ? [spelling] : [spelling, small];
}

/**
 * Alone, and within a longer text (`user:password`): there it begins at one of three places of a group of three bytes,
 * and its ends share letters with the neighbors. Lines of 64 and 76 letters are looked for one by one.
 */
function inBase64(text: string): string[] {
  const bytes = Buffer.from(text);
  const alone = bytes.toString('base64');
  const pieces = [0, 1, 2].map((before) => {
    const skipped = (3 - before) % 3;
    const whole = bytes.subarray(skipped, bytes.length - ((bytes.length - skipped) % 3));
    return whole.toString('base64');
  });
  const lines = [64, 76].flatMap((width) =>
    alone.length > width ? (alone.match(new RegExp(`.{1,${width}}`, 'g')) ?? []) : [],
  );
  return [alone, alone.replace(/=+$/, ''), ...pieces, ...lines]
    .filter((piece) => piece.length >= SHORTEST_BASE64)
    .flatMap((piece) => [piece, piece.replaceAll('+', '-').replaceAll('/', '_')]);
}
