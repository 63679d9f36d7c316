/**
 * Reads a pickle without running it.
 *
 * A pickle is a program for a small stack machine, and in Python some of its instructions call any function that it
 * names. Here a name is only a name. `PickleResolver` decides the allowed names and the meaning of their calls;
 * everything else is refused. The instructions are those of `torch.save` and `torch.load(weights_only=True)` (protocol
 * 2; Lib/pickletools.py of Python describes each).
 *
 * Every instruction takes at least a byte and makes at most one value, so time and memory stay within a multiple of the
 * file's.
 */
import type { Refuse } from './error.ts';
import { Operands } from './operands.ts';

/** The meaning of names, calls and persistent identifiers. Each method refuses unknown ones. */
export interface PickleResolver {
  /** A function or class, as `module.name`. */
  named(name: string): unknown;
  called(callable: unknown, args: readonly unknown[]): unknown;
  persistent(id: unknown): unknown;
}

/** Lists and tuples become arrays, dictionaries Maps. `end` is the end of the pickle. */
export function unpickle(
  bytes: Uint8Array,
  meanings: PickleResolver,
  refuse: Refuse,
): { readonly value: unknown; readonly end: number } {
  const operands = new Operands(bytes, refuse);
  const machine = new Machine(operands, meanings, refuse);
  for (;;) {
    const at = operands.at;
    const opcode = operands.uint8();
    if (opcode === STOP) return { value: machine.pop(), end: operands.at };
    const instruction = INSTRUCTIONS.get(opcode);
    if (instruction === undefined)
      return refuse(
        `its pickle has the instruction 0x${opcode.toString(16).padStart(2, '0')} at byte ${at}, which torch.save ` +
          'does not write.',
      );
    instruction(machine, operands);
  }
}

class Machine {
  private stack: unknown[] = [];
  /** The stacks below the marks. */
  private readonly below: unknown[][] = [];
  private readonly memo = new Map<number, unknown>();
  readonly operands: Operands;
  readonly meanings: PickleResolver;
  readonly refuse: Refuse;

  constructor(operands: Operands, meanings: PickleResolver, refuse: Refuse) {
    this.operands = operands;
    this.meanings = meanings;
    this.refuse = refuse;
  }

  push(value: unknown): void {
    this.stack.push(value);
  }

  pop(): unknown {
    if (this.stack.length === 0) this.malformed('takes a value from an empty stack');
    return this.stack.pop();
  }

  top(): unknown {
    if (this.stack.length === 0) this.malformed('looks at an empty stack');
    return this.stack.at(-1);
  }

  mark(): void {
    this.below.push(this.stack);
    this.stack = [];
  }

  sinceMark(): unknown[] {
    const values = this.stack;
    this.stack = this.below.pop() ?? this.malformed('goes back to a mark that was not set');
    return values;
  }

  remember(index: number): void {
    this.memo.set(index, this.top());
  }

  recall(index: number): void {
    if (!this.memo.has(index)) this.malformed(`recalls the value ${index}, which it did not store`);
    this.push(this.memo.get(index));
  }

  list(): unknown[] {
    const value = this.top();
    return Array.isArray(value) ? value : this.malformed('appends to a value that is no list');
  }

  dictionary(): Map<unknown, unknown> {
    const value = this.top();
    return value instanceof Map ? value : this.malformed('sets items of a value that is no dictionary');
  }

  malformed(what: string): never {
    return this.refuse(`its pickle ${what}, before byte ${this.operands.at}.`);
  }
}

function setItems(machine: Machine, items: readonly unknown[]): void {
  const dictionary = machine.dictionary();
  if (items.length % 2 !== 0) machine.malformed('sets an item without a value');
  for (let i = 0; i < items.length; i += 2) {
    if (typeof items[i] === 'object') machine.malformed('has a dictionary with a key that is no text and no number');
    dictionary.set(items[i], items[i + 1]);
  }
}

function setItem(machine: Machine): void {
  const value = machine.pop();
  setItems(machine, [machine.pop(), value]);
}

function call(machine: Machine): void {
  const args = machine.pop();
  const callable = machine.pop();
  machine.push(
    machine.meanings.called(
      callable,
      Array.isArray(args) ? args : machine.malformed('calls with arguments that are no tuple'),
    ),
  );
}

/** Attributes of a dictionary (its `_metadata`, which counts versions of layers) say nothing about tensors. */
function setAttributes(machine: Machine): void {
  machine.pop();
  machine.dictionary();
}

function requireProtocol2(machine: Machine, protocol: number): void {
  if (protocol !== 2)
    machine.refuse(
      `its pickle has the protocol ${protocol}; torch.save writes 2 by default. Save it again without ` +
        '"pickle_protocol".',
    );
}

const tuple =
  (length: number) =>
  (machine: Machine): void => {
    machine.push(Array.from({ length }, () => machine.pop()).reverse());
  };

const STOP = 0x2e; // .
const INSTRUCTIONS: ReadonlyMap<number, (machine: Machine, operands: Operands) => void> = new Map(
  Object.entries({
    '\x80': (m: Machine, o: Operands) => {
      requireProtocol2(m, o.uint8());
    },
    // Values.
    N: (m) => {
      m.push(null);
    },
    '\x88': (m) => {
      m.push(true);
    },
    '\x89': (m) => {
      m.push(false);
    },
    K: (m, o) => {
      m.push(o.uint8());
    },
    M: (m, o) => {
      m.push(o.uint16());
    },
    J: (m, o) => {
      m.push(o.int32());
    },
    '\x8a': (m, o) => {
      m.push(o.long(o.uint8()));
    },
    G: (m, o) => {
      m.push(o.float64());
    },
    X: (m, o) => {
      m.push(o.text(o.uint32()));
    },
    U: (m, o) => {
      m.push(o.text(o.uint8()));
    },
    // Collections.
    ')': (m) => {
      m.push([]);
    },
    ']': (m) => {
      m.push([]);
    },
    '}': (m) => {
      m.push(new Map());
    },
    '(': (m) => {
      m.mark();
    },
    t: (m) => {
      m.push(m.sinceMark());
    },
    '\x85': tuple(1),
    '\x86': tuple(2),
    '\x87': tuple(3),
    a: (m) => {
      const value = m.pop();
      m.list().push(value);
    },
    e: (m) => {
      const values = m.sinceMark();
      const list = m.list();
      for (const value of values) list.push(value);
    },
    s: setItem,
    u: (m) => {
      setItems(m, m.sinceMark());
    },
    // Values seen before.
    q: (m, o) => {
      m.remember(o.uint8());
    },
    r: (m, o) => {
      m.remember(o.uint32());
    },
    h: (m, o) => {
      m.recall(o.uint8());
    },
    j: (m, o) => {
      m.recall(o.uint32());
    },
    // Names and calls.
    c: (m, o) => {
      m.push(m.meanings.named(`${o.line()}.${o.line()}`));
    },
    R: call,
    Q: (m) => {
      m.push(m.meanings.persistent(m.pop()));
    },
    b: setAttributes,
  } satisfies Record<string, (machine: Machine, operands: Operands) => void>).map(([symbol, instruction]) => [
    symbol.charCodeAt(0),
    instruction,
  ]),
);
