import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { decodeTorch, TorchFileError } from './read.ts';
import { encodeZip } from './zip.ts';

// Pickles by hand: instructions are Latin-1 characters (Lib/pickletools.py of Python names them).
const text = (value: string) => `X${String.fromCharCode(value.length, 0, 0, 0)}${value}`;
const tuple = (...values: string[]) => `(${values.join('')}t`;
const long = (value: bigint) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return `\x8a\x08${bytes.toString('latin1')}`;
};
const storage = (type: string, key: string, count: string) =>
  `${tuple(text('storage'), `ctorch\n${type}\n`, text(key), text('cpu'), count)}Q`;
const tensor = (held: string, offset: string, sides: string[], strides: string[]) =>
  `ctorch._utils\n_rebuild_tensor_v2\n${tuple(held, offset, tuple(...sides), tuple(...strides), '\x89', 'N')}R`;
const one = (n: number) => `K${String.fromCharCode(n)}`;
const dictionary = (...items: [string, string][]) =>
  `\x80\x02}(${items.map(([name, value]) => text(name) + value).join('')}u.`;
const PLAIN = dictionary(['w', tensor(storage('FloatStorage', '0', one(2)), one(0), [one(2)], [one(1)])]);

const file = (pickle: string, records: Record<string, Uint8Array> = { 'data/0': new Uint8Array(8) }) =>
  encodeZip(
    new Map([
      ['f/data.pkl', Buffer.from(pickle, 'latin1')],
      ...Object.entries(records).map(([name, content]) => [`f/${name}`, content] as const),
    ]),
  );

/** The format of before 1.6. */
const legacy = (
  pickle: string,
  {
    machine = dictionary(['little_endian', '\x88']),
    keys = `\x80\x02](${text('0')}e.`,
    storages = '\x02\0\0\0\0\0\0\0abcdefgh',
  } = {},
) =>
  Buffer.concat([
    Buffer.from('80028a0a6cfc9c46f9206aa850192e80024de9032e', 'hex'),
    Buffer.from(machine + pickle + keys + storages, 'latin1'),
  ]);

/** The same file with the first match of some bytes replaced from the end of the file or from its beginning. */
function patched(bytes: Buffer, found: string, by: string, from: 'first' | 'last' = 'first'): Buffer {
  const copy = Buffer.from(bytes);
  const at = from === 'first' ? copy.indexOf(found, 'latin1') : copy.lastIndexOf(found, undefined, 'latin1');
  expect(at).toBeGreaterThanOrEqual(0);
  copy.write(by, at, 'latin1');
  return copy;
}

/** Two empty records of the directory claim the bytes of the first. */
function overlapping(): Buffer {
  const bytes = file(PLAIN, {
    'data/0': new Uint8Array(10_000),
    'data/1': new Uint8Array(0),
    'data/2': new Uint8Array(0),
  });
  const entry = (name: string) => bytes.lastIndexOf(name) - 46;
  const first = entry('f/data/0');
  for (const name of ['f/data/1', 'f/data/2']) {
    bytes.copyWithin(entry(name) + 16, first + 16, first + 28); // checksum and sizes
    bytes.copyWithin(entry(name) + 42, first + 42, first + 46); // place
  }
  return bytes;
}

/** One record deflated: its sizes say how far it expands. */
function compressed(): Buffer {
  const content = deflateRawSync(new Uint8Array(100_000));
  const bytes = file(PLAIN, { 'data/0': content });
  const entry = bytes.lastIndexOf('f/data/0') - 46;
  bytes.writeUInt16LE(8, entry + 10);
  bytes.writeUInt32LE(100_000, entry + 24);
  return bytes;
}

/** Sixteen rows of sixteen references to the row before: as text it would have 16^16 entries. */
const laughs = `\x80\x02}${text('a')}](]q\x00${Array.from({ length: 16 }, (_, i) => `](${`h${String.fromCharCode(i)}`.repeat(16)}eq${String.fromCharCode(i + 1)}`).join('')}es.`;

test('the plain files that the others vary are read', async () => {
  expect((await decodeTorch(file(PLAIN), 'good.pth')).tensors.w!.shape).toEqual([2]);
  expect(Buffer.from((await decodeTorch(legacy(PLAIN), 'good.pth')).tensors.w!.data.buffer).toString()).toBe(
    'abcdefgh',
  );
});

test('without a usual key the dictionary with the most tensors counts, and a usual key wins over it', async () => {
  const weights = tensor(storage('FloatStorage', '0', one(2)), one(0), [one(2)], [one(1)]);
  const inner = (...names: string[]) => `}(${names.map((name) => text(name) + weights).join('')}u`;
  const names = async (pickle: string) => Object.keys((await decodeTorch(file(pickle), 'checkpoint.pth')).tensors);
  expect(await names(dictionary(['queue', inner('a')], ['backbone', inner('b', 'c')]))).toEqual(['b', 'c']);
  expect(await names(dictionary(['backbone', inner('b', 'c')], ['state_dict', inner('a')]))).toEqual(['a']);
  expect(await names(dictionary(['w', weights], ['backbone', inner('b', 'c')]))).toEqual(['w']);
});

test.each<[string, Buffer, string]>([
  // The archive.
  ['a TorchScript archive', file(PLAIN, { 'code/__torch__.py': Buffer.from('def') }), 'it is a TorchScript archive'],
  ['a file cut short', file(PLAIN).subarray(0, 200), 'it is no whole ZIP file'],
  [
    'a record that was changed',
    patched(file(PLAIN), 'storage', 'STORAGE'),
    'the record "f/data.pkl" was changed: its checksum is another.',
  ],
  ['no pickle', encodeZip(new Map([['f/constants.pkl', Buffer.from(PLAIN)]])), 'it holds no record "data.pkl".'],
  [
    'a pickle twice',
    encodeZip(
      new Map([
        ['f/data.pkl', Buffer.from(PLAIN)],
        ['g/data.pkl', Buffer.from(PLAIN)],
      ]),
    ),
    'it holds the record "data.pkl" twice.',
  ],
  ['a compressed record', compressed(), 'the record "f/data/0" is compressed, which torch.save never does.'],
  ['records that claim the same bytes', overlapping(), 'its records overlap.'],
  [
    'a record outside the file',
    patched(file(PLAIN), 'f/data/0', '../../ab', 'last'),
    'its table of records is damaged',
  ],
  [
    'big-endian tensors',
    file(PLAIN, { 'data/0': new Uint8Array(8), byteorder: Buffer.from('big') }),
    'its tensors are not little-endian.',
  ],
  [
    'metadata that is no JSON',
    file(PLAIN, { 'data/0': new Uint8Array(8), 'metadata.json': Buffer.from('{') }),
    'its record "metadata.json" is not JSON.',
  ],
  [
    'metadata that is no text',
    file(PLAIN, { 'data/0': new Uint8Array(8), 'metadata.json': Buffer.from('{"a":1}') }),
    'its record "metadata.json" must map names to texts.',
  ],
  // The name in the message.
  [
    'a command',
    file('\x80\x02cposix\nsystem\nX\x02\0\0\0ls\x85R.'),
    'it names "posix.system". Names are never looked up or called here. Known names: collections.OrderedDict, ' +
      'torch.Size,',
  ],
  ['a built-in', file('\x80\x02c__builtin__\neval\n.'), 'it names "__builtin__.eval".'],
  ['a method of every object', file('\x80\x02c\nconstructor\n.'), 'it names ".constructor".'],
  [
    'a class of torch that is no tensor',
    file('\x80\x02ctorch.nn.modules.linear\nLinear\n.'),
    'it names "torch.nn.modules.linear.Linear".',
  ],
  ['a call of a storage', file('\x80\x02ctorch\nFloatStorage\n)R.'), 'its pickle calls a value that is no function.'],
  ['a call of a number', file('\x80\x02K\x01)R.'), 'its pickle calls a value that is no function.'],
  [
    'arguments that are no tuple',
    file('\x80\x02ccollections\nOrderedDict\nNR.'),
    'its pickle calls with arguments that are no tuple',
  ],
  [
    'an OrderedDict of a function',
    file('\x80\x02ccollections\nOrderedDict\n]\x85R.'),
    'it fills an OrderedDict in a way that torch.save does not.',
  ],
  [
    'a parameter of nothing',
    file('\x80\x02ctorch._utils\n_rebuild_parameter\n)R.'),
    'it has a parameter that is no tensor.',
  ],
  // The pickle.
  ['another protocol', file('\x80\x04}.'), 'its pickle has the protocol 4'],
  [
    'an instruction that builds objects',
    file('\x80\x02\x81.'),
    'its pickle has the instruction 0x81 at byte 2, which torch.save does not write.',
  ],
  ['an empty pickle', file(''), 'its pickle ends at byte 0, within a value. Was it cut short?'],
  ['a pickle without end', file(PLAIN.slice(0, -1)), 'within a value. Was it cut short?'],
  ['a text longer than the pickle', file('\x80\x02X\xff\xff\xff\xff.'), 'within a value. Was it cut short?'],
  ['a name without end', file('\x80\x02cposix'), 'its pickle ends within a name'],
  ['an empty stack', file('\x80\x02.'), 'its pickle takes a value from an empty stack'],
  ['nothing to remember', file('\x80\x02q\x00.'), 'its pickle looks at an empty stack'],
  ['a memory that was not stored', file('\x80\x02h\x07.'), 'its pickle recalls the value 7, which it did not store'],
  ['no mark', file('\x80\x02t.'), 'its pickle goes back to a mark that was not set'],
  ['appending to a number', file('\x80\x02K\x01K\x02a.'), 'its pickle appends to a value that is no list'],
  ['an item of a number', file('\x80\x02K\x01K\x02K\x03s.'), 'its pickle sets items of a value that is no dictionary'],
  ['a name without a value', file('\x80\x02}(K\x01u.'), 'its pickle sets an item without a value'],
  ['a list as a name', file('\x80\x02}]K\x01s.'), 'a dictionary with a key that is no text and no number'],
  // Tensors.
  ['no dictionary', file('\x80\x02].'), 'it holds no dictionary of tensors. Save model.state_dict(), not the model.'],
  [
    'a dictionary without tensors',
    file(dictionary(['epoch', one(3)])),
    'it holds no dictionary of tensors, but epoch.',
  ],
  ['lists of lists of lists', file(laughs), 'it holds no dictionary of tensors, but a.'],
  ['a missing storage', file(PLAIN, {}), 'it lacks the storage "0". Was it cut short?'],
  [
    'a short storage',
    file(PLAIN, { 'data/0': new Uint8Array(7) }),
    'its storage "0" has 7 bytes, but 8 are announced.',
  ],
  [
    'a storage of another kind',
    file(dictionary(['w', storage('QInt8Storage', '0', one(2))])),
    'it names "torch.QInt8Storage"',
  ],
  [
    'a storage of a negative size',
    file(dictionary(['w', storage('FloatStorage', '0', long(-2n))])),
    'refers to an outside object that is no storage of tensors',
  ],
  [
    'a storage of an enormous size',
    file(dictionary(['w', storage('FloatStorage', '0', long(2n ** 62n))])),
    'refers to an outside object that is no storage of tensors',
  ],
  [
    'a tensor beyond its storage',
    file(dictionary(['w', tensor(storage('FloatStorage', '0', one(2)), one(1), [one(2)], [one(1)])])),
    'it describes a tensor [2] that reaches to value 2 of a storage of 2.',
  ],
  [
    'a tensor expanded to billions',
    file(dictionary(['w', tensor(storage('FloatStorage', '0', one(2)), one(0), [long(2n ** 40n)], [one(0)])])),
    'it describes a tensor [1099511627776] of 1099511627776 values on a storage of 2.',
  ],
  [
    'sizes that overflow',
    file(
      dictionary([
        'w',
        tensor(storage('FloatStorage', '0', one(2)), one(0), [long(2n ** 52n), long(2n ** 52n)], [one(0), one(0)]),
      ]),
    ),
    'values on a storage of 2',
  ],
  [
    'a stride backwards',
    file(dictionary(['w', tensor(storage('FloatStorage', '0', one(2)), one(1), [one(2)], ['J\xff\xff\xff\xff'])])),
    'it describes a tensor without storage, offset, sides and strides.',
  ],
  [
    'sides without strides',
    file(dictionary(['w', tensor(storage('FloatStorage', '0', one(2)), one(0), [one(2)], [])])),
    'it describes a tensor without storage, offset, sides and strides.',
  ],
  [
    'a number that does not fit',
    file(dictionary(['w', tensor(storage('LongStorage', '0', one(1)), one(0), [one(1)], [one(1)])]), {
      'data/0': Buffer.from('0000000001000000', 'hex'),
    }),
    'tensor "w" holds 4294967296, which does not fit in 32 bits.',
  ],
  [
    'one storage as a thousand tensors',
    file(
      dictionary(
        ...Array.from(
          { length: 1000 },
          (_, i) =>
            [String(i), tensor(storage('FloatStorage', '0', 'M\x10\x27'), one(0), ['M\x10\x27'], [one(1)])] as [
              string,
              string,
            ],
        ),
      ),
      { 'data/0': new Uint8Array(40_000) },
    ),
    'its tensors share storages so often that they would take more than 16 times the file.',
  ],
  // The older format.
  [
    'an old file of another protocol',
    patched(legacy(PLAIN), '\x80\x02M\xe9', '\x80\x02M\xea'),
    'its format is not number 1001',
  ],
  [
    'an old file of a big-endian machine',
    legacy(PLAIN, { machine: dictionary(['little_endian', '\x89']) }),
    'its tensors are not little-endian.',
  ],
  [
    'an old file that calls something before its tensors',
    legacy(PLAIN, { machine: '\x80\x02cos\nsystem\n.' }),
    'it names "os.system" before its tensors.',
  ],
  ['an old file cut short', legacy(PLAIN).subarray(0, -1), 'it ends within the storage 0. Was it cut short?'],
  ['an old file without a list of storages', legacy(PLAIN, { keys: '\x80\x02N.' }), 'it does not list its storages.'],
  [
    'an old file with a storage too many',
    legacy(PLAIN, { keys: `\x80\x02](${text('7')}e.` }),
    'it lists the storage 7, which no tensor uses.',
  ],
  [
    'an old file with a storage too few',
    legacy(PLAIN, { keys: '\x80\x02].' }),
    'it lacks the storage 0. Was it cut short?',
  ],
  [
    'an old file that announces more than it has',
    legacy(dictionary(['w', storage('FloatStorage', '0', long(2n ** 40n))])),
    'it announces more bytes of tensors than it has.',
  ],
  [
    'an old file that sizes a storage twice',
    legacy(dictionary(['v', storage('FloatStorage', '0', one(1))], ['w', storage('FloatStorage', '0', one(2))])),
    'it announces the storage 0 with 4 and with 8 bytes.',
  ],
])('%s is refused', async (_, bytes, message) => {
  const problem: unknown = await decodeTorch(bytes, 'bad.pth').then(
    () => null,
    (error: unknown) => error,
  );
  expect(problem).toBeInstanceOf(TorchFileError);
  expect((problem as Error).message).toContain('bad.pth is not a torch file that can be read: ');
  expect((problem as Error).message).toContain(message);
});
