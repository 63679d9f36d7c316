/**
 * The quoting of each character in a shell command (POSIX.1-2017, Shell Command Language 2.2, 2.6 and 2.7.4). Used to
 * write variables such that they stay one word. A wrong reading splits a word in two or leaves a quote too many; it
 * never lets the shell read a variable's value as code.
 */
export type Quoting =
  | 'plain'
  | 'comment'
  | 'single-quoted'
  /** `$'...'` of bash. */
  | 'ansi-quoted'
  | 'double-quoted'
  /** Between backquotes that stand in double quotes: there a double quote is written `\"`. */
  | 'backquoted'
  | 'arithmetic'
  /** The text of a here-document, in which the shell expands variables. */
  | 'here-document'
  /** The text of a here-document whose delimiter is quoted: the shell expands nothing there. */
  | 'verbatim';

/** One for each character of the command. */
export function quotingOf(command: string): readonly Quoting[] {
  return new Reader(command).read();
}

interface Open {
  readonly kind: Quoting;
  readonly end: string;
}

interface HereDocument {
  readonly delimiter: string;
  readonly kind: 'here-document' | 'verbatim';
  /** `<<-`: tabs before the delimiter do not count. */
  readonly tabs: boolean;
}

class Reader {
  readonly #command: string;
  readonly #kinds: Quoting[] = [];
  /** The constructs that are open, innermost last. */
  readonly #open: Open[] = [];
  /** Announced in this line; their texts begin with the next one. */
  #documents: HereDocument[] = [];

  constructor(command: string) {
    this.#command = command;
  }

  read(): readonly Quoting[] {
    while (this.#kinds.length < this.#command.length) this.#step();
    return this.#kinds;
  }

  get #inside(): Quoting {
    return this.#open.at(-1)?.kind ?? 'plain';
  }

  #startsWith(text: string): boolean {
    return this.#command.startsWith(text, this.#kinds.length);
  }

  #take(length: number, kind: Quoting = this.#inside): void {
    const rest = this.#command.length - this.#kinds.length;
    for (let i = 0; i < Math.min(length, rest); i++) this.#kinds.push(kind);
  }

  #enter(opening: string, kind: Quoting, end: string): void {
    this.#take(opening.length);
    this.#open.push({ kind, end });
  }

  #step(): void {
    const end = this.#open.at(-1)?.end;
    if (end !== undefined && this.#startsWith(end)) {
      this.#take(end.length);
      this.#open.pop();
      return;
    }
    switch (this.#inside) {
      case 'single-quoted': {
        this.#take(1);
        return;
      }
      case 'ansi-quoted':
      case 'backquoted': {
        this.#take(this.#startsWith('\\') ? 2 : 1);
        return;
      }
      case 'double-quoted': {
        this.#stepInDoubleQuotes();
        return;
      }
      case 'arithmetic': {
        this.#stepInArithmetic();
        return;
      }
      default: {
        this.#stepInPlain();
        return;
      }
    }
  }

  #stepInDoubleQuotes(): void {
    if (this.#startsWith('\\')) this.#take(2);
    else if (this.#startsWith('`')) this.#enter('`', 'backquoted', '`');
    else if (!this.#enterSubstitution()) this.#take(1);
  }

  #stepInArithmetic(): void {
    if (this.#startsWith('\\')) this.#take(2);
    else if (this.#startsWith('(')) this.#enter('(', 'arithmetic', ')');
    else if (!this.#enterSubstitution()) this.#take(1);
  }

  #enterSubstitution(): boolean {
    if (this.#startsWith('$((')) this.#enter('$((', 'arithmetic', '))');
    else if (this.#startsWith('$(')) this.#enter('$(', 'plain', ')');
    else return false;
    return true;
  }

  #stepInPlain(): void {
    if (this.#startsWith('\\')) this.#take(2);
    else if (this.#startsWith('\n')) this.#endLine();
    else if (this.#startsWith("$'")) this.#enter("$'", 'ansi-quoted', "'");
    else if (this.#startsWith("'")) this.#enter("'", 'single-quoted', "'");
    else if (this.#startsWith('"')) this.#enter('"', 'double-quoted', '"');
    else if (this.#startsWith('`')) this.#enter('`', 'plain', '`');
    else if (this.#enterSubstitution()) return;
    else if (this.#startsWith('(')) this.#enter('(', 'plain', ')');
    else if (this.#startsWith('<<<')) this.#take(3);
    else if (this.#startsWith('<<')) this.#announceDocument();
    else if (this.#startsWith('#') && this.#isWordStart()) this.#take(this.#rest().search(/\n|$/), 'comment');
    else this.#take(1);
  }

  #isWordStart(): boolean {
    const before = this.#command[this.#kinds.length - 1];
    return before === undefined || /[\s;&|(]/.test(before);
  }

  #rest(): string {
    return this.#command.slice(this.#kinds.length);
  }

  #announceDocument(): void {
    const [operator = '<<', dash = '', word = ''] =
      /^<<(-?)[ \t]*((?:'[^']*'|"[^"]*"|\\.|[^\s;&|<>()'"\\])*)/.exec(this.#rest()) ?? [];
    const delimiter = word.replaceAll(/['"\\]/g, '');
    if (delimiter !== '' && this.#hasLine(delimiter, dash !== ''))
      this.#documents.push({ delimiter, kind: delimiter === word ? 'here-document' : 'verbatim', tabs: dash !== '' });
    this.#take(operator.length);
  }

  /** Without the line that ends it there is no here-document: `((x=1<<2))` shifts a number. */
  #hasLine(delimiter: string, tabs: boolean): boolean {
    const [, ...lines] = this.#rest().split('\n');
    return lines.some((line) => isDelimiter(line, delimiter, tabs));
  }

  /** Takes the line end and the texts of the here-documents that follow it. */
  #endLine(): void {
    this.#take(1);
    for (const { delimiter, kind, tabs } of this.#documents) {
      while (this.#rest() !== '') {
        const [line = ''] = /^[^\n]*\n?/.exec(this.#rest()) ?? [];
        const isEnd = isDelimiter(line.replace(/\n$/, ''), delimiter, tabs);
        this.#take(line.length, isEnd ? 'plain' : kind);
        if (isEnd) break;
      }
    }
    this.#documents = [];
  }
}

const isDelimiter = (line: string, delimiter: string, tabs: boolean): boolean =>
  (tabs ? line.replace(/^\t+/, '') : line) === delimiter;
