/**
 * `@STAGE[:AXIS=VALUE,...]/OUTPUT`: an output of another stage, written as one text. Before the last `/` it is the
 * grammar of targets on the command line; `AXIS=*` and `*` gather.
 */
import type { Scalar } from '../../../util/json.ts';
import type { Origin } from '../source.ts';
import { originWithin } from '../placeholder.ts';
import type { Report } from '../report.ts';
import type { ConfigNode, Member, ObjectNode, ScalarNode } from '../tree.ts';

/** A text in the place of an input that begins with `@`. */
export interface WrittenReference {
  readonly stage: Word;
  /** Every output of the stage, some of them, or one. */
  readonly outputs:
    { readonly all: true; readonly at: Origin } | { readonly all: false; readonly names: readonly Word[] };
  /** Axes of the stage with a fixed value, which may contain placeholders. */
  readonly fixed: readonly { readonly axis: Word; readonly value: Word }[];
  /** Axes that are gathered along; `everything` stands for `*`. */
  readonly gathered: readonly Word[];
  readonly everything: Origin | undefined;
  readonly origin: Origin;
}

export interface Word {
  readonly text: string;
  readonly at: Origin;
}

export const isReferenceText = (text: string): boolean => text.startsWith('@');

const NAME = /^[A-Za-z][\w-]*$/;
const FORM = 'A reference is written "@stage/output", "@stage:axis=value/output" or "@stage:axis=*/output".';
const PATTERN = 'A pattern that begins with @ is written "./@(a|b)".';
const PATH = 'A path that begins with @ is written { "path": "@..." }.';

/** Undefined when it cannot be read, which is reported with the place inside the text. */
export function parseReference(node: ScalarNode, report: Report): WrittenReference | undefined {
  const reader = new Reader(node, report);
  const reference = reader.read();
  return reader.faulty ? undefined : reference;
}

/** The object form of a reference to one output. */
export function objectForm({ stage, fixed, gathered, everything, origin }: WrittenReference, output: Word): ObjectNode {
  const members = new Map<string, Member>([
    ['stage', member(stage)],
    ['output', member(output)],
  ]);
  if (fixed.length > 0) {
    const where = new Map(
      fixed.map(({ axis, value }) => [axis.text, { key: axis.at, value: scalar(plain(value.text), value.at) }]),
    );
    members.set('where', { key: origin, value: { kind: 'object', origin, members: where } });
  }
  if (everything !== undefined) members.set('gather', { key: everything, value: scalar(true, everything) });
  else if (gathered.length > 0)
    members.set('gather', {
      key: origin,
      value: { kind: 'list', origin, items: gathered.map(({ text, at }) => scalar(text, at)) },
    });
  return { kind: 'object', origin, members };
}

/** `0` is the number, `M1` the text; both are compared as texts. */
function plain(text: string): Scalar {
  return /^(-?\d+(\.\d+)?|true|false)$/.test(text) && String(JSON.parse(text)) === text
    ? (JSON.parse(text) as Scalar)
    : text;
}

const scalar = (value: Scalar, origin: Origin): ConfigNode => ({ kind: 'scalar', origin, value });
const member = ({ text, at }: Word): Member => ({ key: at, value: scalar(text, at) });

class Reader {
  faulty = false;
  readonly #node: ScalarNode;
  readonly #text: string;
  readonly #report: Report;

  constructor(node: ScalarNode, report: Report) {
    this.#node = node;
    this.#text = String(node.value);
    this.#report = report;
  }

  read(): WrittenReference {
    const text = this.#text;
    const slash = text.lastIndexOf('/');
    const remedy = text.startsWith('@(') ? PATTERN : `${FORM} ${PATH}`;
    if (slash === -1) this.#fault(0, text.length, `${JSON.stringify(text)} names no output`, remedy);
    const end = slash === -1 ? text.length : slash;
    const colon = text.indexOf(':');
    const stageEnd = colon === -1 || colon > end ? end : colon;
    const stage = this.#word(1, stageEnd);
    if (!NAME.test(stage.text)) this.#fault(1, stageEnd, notNamed(stage.text, 'a stage'), remedy);
    const outputs = slash === -1 ? { all: false as const, names: [] } : this.#outputs(slash + 1);
    const axes = stageEnd === end ? [] : this.#axes(stageEnd + 1, end);
    const [everything] = axes.filter(({ axis }) => axis.text === '*');
    return {
      stage,
      outputs,
      fixed: axes.flatMap(({ axis, value }) => (value === undefined || value.text === '*' ? [] : [{ axis, value }])),
      gathered: axes.flatMap(({ axis, value }) => (value?.text === '*' ? [axis] : [])),
      everything: everything?.axis.at,
      origin: this.#node.origin,
    };
  }

  #outputs(start: number): WrittenReference['outputs'] {
    const text = this.#text.slice(start);
    if (text === '*') return { all: true, at: this.#word(start, start + 1).at };
    const inBraces = /^\{(.*)\}$/.exec(text)?.[1];
    const [from, names] = inBraces === undefined ? [start, [text]] : [start + 1, inBraces.split(',')];
    const words = this.#words(from, names);
    for (const { word, at } of words)
      if (!NAME.test(word.text))
        this.#fault(
          at,
          at + word.text.length,
          word.text === ''
            ? 'the name of an output is missing'
            : `${JSON.stringify(word.text)} is no name of an output`,
          'Write an output after the last "/", {a,b} for several, or * for all of them.',
        );
    return { all: false, names: words.map(({ word }) => word) };
  }

  /** `axis=value` in turn; a lone `*` has no value. */
  #axes(start: number, end: number): { readonly axis: Word; readonly value?: Word }[] {
    const seen = new Set<string>();
    return this.#words(start, this.#text.slice(start, end).split(',')).map(({ word, at }) => {
      const equals = word.text.indexOf('=');
      const axis = equals === -1 ? word : this.#word(at, at + equals);
      const value = equals === -1 ? undefined : this.#word(at + equals + 1, at + word.text.length);
      this.#checkAxis(word, at, axis, value);
      if (seen.has(axis.text))
        this.#fault(at, at + axis.text.length, `axis "${axis.text}" is named twice`, 'Remove one of the two.');
      seen.add(axis.text);
      return value === undefined ? { axis } : { axis, value };
    });
  }

  #checkAxis(word: Word, at: number, axis: Word, value: Word | undefined): void {
    const end = at + word.text.length;
    if (value === undefined && word.text === '*') return;
    if (/\s/.test(word.text)) this.#fault(at, end, 'a reference holds no white space', FORM);
    else if (!NAME.test(axis.text)) this.#fault(at, end, notNamed(axis.text, 'an axis'), FORM);
    else if (value === undefined || value.text === '')
      this.#fault(at, end, `axis "${axis.text}" gets no value`, `Write ${axis.text}=value, or ${axis.text}=*. ${FORM}`);
    else if (!isValue(value.text)) this.#fault(at, end, `${JSON.stringify(value.text)} is no value of an axis`, FORM);
  }

  #words(start: number, texts: readonly string[]): { readonly word: Word; readonly at: number }[] {
    let at = start;
    return texts.map((text) => {
      const found = { word: this.#word(at, at + text.length), at };
      at += text.length + 1;
      return found;
    });
  }

  #word(start: number, end: number): Word {
    return { text: this.#text.slice(start, end), at: originWithin(this.#node, start, end - start) };
  }

  #fault(start: number, end: number, message: string, remedy: string): void {
    this.faulty = true;
    const at = originWithin(this.#node, start, Math.max(1, end - start));
    this.#report.error('malformed-reference', at, message, { remedy });
  }
}

function notNamed(text: string, what: string): string {
  return text === '' ? `the name of ${what} is missing` : `${JSON.stringify(text)} is no name of ${what}`;
}

/** As in ids; a placeholder may replace it, or a part of it. */
function isValue(text: string): boolean {
  const literal = text.replaceAll(/\$\{[^{}]*\}/g, 'x');
  return !/[=:]/.test(literal);
}
