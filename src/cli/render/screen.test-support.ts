/** A small terminal: it wraps lines, and knows the escape sequences that renderers use to move up and to clear. */
const ESCAPE = '\u001B[';
/** Up in the same column, up to the first column, clear to the end of the screen, new line, carriage return. */
const TOKENS = new RegExp(`(${ESCAPE.replace('[', '\\[')}\\d+[AFJ]|\n|\r)`);

export class Screen {
  columns: number | undefined;
  writes = 0;
  sawCarriageReturn = false;
  #lines: string[] = [''];
  /** The column of the cursor, after it went up. */
  #column = 0;

  constructor(columns?: number) {
    this.columns = columns;
  }

  write(text: string): void {
    this.writes++;
    for (const token of text.split(TOKENS)) this.#take(token);
  }

  /** Everything on the screen, as one text. */
  get text(): string {
    return this.#lines.join('\n');
  }

  /** The lines that were ended. */
  get lines(): string[] {
    return this.#lines.slice(0, -1);
  }

  /** Wraps the text on the screen again, as terminals do. */
  resize(columns: number): void {
    this.columns = columns;
    this.#lines = this.#lines.flatMap((line) => this.#wrapped(line));
  }

  #take(token: string): void {
    if (token.startsWith(ESCAPE) && /[AF]$/.test(token)) {
      this.#column = token.endsWith('A') ? this.#lines.at(-1)!.length : 0;
      this.#lines.length -= Number.parseInt(token.slice(ESCAPE.length)); // a clear follows
    } else if (token === `${ESCAPE}0J`) this.#lines.push(this.#lines.pop()!.slice(0, this.#column));
    else if (token === '\n') this.#lines.push('');
    else if (token === '\r') this.sawCarriageReturn = true;
    else this.#lines.push(...this.#wrapped((this.#lines.pop() ?? '') + token));
  }

  #wrapped(line: string): string[] {
    if (this.columns === undefined || line.length <= this.columns) return [line];
    return [line.slice(0, this.columns), ...this.#wrapped(line.slice(this.columns))];
  }
}
