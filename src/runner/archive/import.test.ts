import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { digestOf } from '../../util/digest.ts';
import type { FingerprintRecord, InstanceId } from '../../formats/identity.ts';
import type { RunRecord } from '../../formats/run-record.ts';
import { registerRunner } from '../maintenance/runner-registration.ts';
import type { Pipeline } from '../pipeline.ts';
import { fingerprintOf } from '../plan/identify.ts';
import { openLockfile } from '../lockfile/lockfile.ts';
import { formatRecord } from '../store/record-file.ts';
import { openStore } from '../store/open-store.ts';
import { treeOf } from '../store/tree.ts';
import { ArchiveError } from './archive-error.ts';
import { byteSource } from './byte-source.ts';
import { isBomb } from './compression.ts';
import { importArchive } from './import.ts';
import { archivedRecord, blobName, manifestName } from './manifest.ts';
import { END, headerBlock, padding, readHeader } from './tar.ts';

/** The parts of an archive, before a test damages it. */
interface Parts {
  readonly manifest: {
    format: number;
    pipeline: string;
    results: Record<string, string>;
    files: { name: string; bytes: number; digest: string }[];
  };
  /** In the order in which they are written. */
  readonly files: { name: string; content: Buffer }[];
}

const made = Buffer.from('what was made\n');
const tree = treeOf([{ name: 'deep/page', kind: 'file', bytes: made.length, digest: digestOf(made) }]);

function recordOf(change: { identity?: Partial<FingerprintRecord>; record?: Partial<RunRecord> } = {}): RunRecord {
  const identity: FingerprintRecord = {
    format: 1,
    code: { kind: 'command', template: 'make' },
    params: { rate: 0.1 },
    axes: {},
    env: {},
    inputs: {},
    outputs: { out: { kind: 'file', file: 'out.txt' }, all: { kind: 'folder', file: 'all' } },
    ...change.identity,
  };
  return {
    format: 1,
    fingerprint: fingerprintOf(identity),
    instance: 'make' as InstanceId,
    stage: 'make',
    axes: {},
    identity,
    sources: {},
    origins: {},
    outputs: {
      out: { kind: 'file', file: 'out.txt', digest: digestOf(made), bytes: made.length },
      all: { kind: 'folder', file: 'all', digest: tree.digest, bytes: tree.bytes },
    },
    execution: {
      started: '2026-01-01T00:00:00.000Z',
      seconds: 1,
      attempts: 1,
      resumes: 0,
      host: 'h',
      platform: 'p',
      node: 'n',
      notes: {},
      metrics: {},
      warnings: [],
      resources: {},
      log: 'logs/x',
    },
    ...change.record,
  };
}

function partsOf(record = recordOf(), blobs: readonly (string | Buffer)[] = [made, tree.text]): Parts {
  const contents = [
    { name: archivedRecord(formatRecord(record)).name, content: Buffer.from(formatRecord(record)) },
    ...blobs.map((blob) => ({ name: blobName(digestOf(blob)), content: Buffer.from(blob) })),
  ];
  return {
    manifest: {
      format: 1,
      pipeline: 'test',
      results: { make: digestOf(formatRecord(record)) },
      files: contents.map(({ name, content }) => ({ name, bytes: content.length, digest: digestOf(content) })),
    },
    files: contents,
  };
}

const entry = (name: string, content: Buffer): Buffer[] => [
  headerBlock({ name, bytes: content.length }),
  content,
  padding(content.length),
];

function tarOf({ manifest, files }: Parts, end: Buffer = END): Buffer {
  const text = JSON.stringify(manifest);
  return Buffer.concat([
    ...entry(manifestName(text), Buffer.from(text)),
    ...files.flatMap(({ name, content }) => entry(name, content)),
    end,
  ]);
}

/** A store that holds nothing yet, and the import into it. */
async function place() {
  const root = mkdtempSync(path.join(os.tmpdir(), 'import-'));
  onTestFinished(() => {
    rmSync(root, { recursive: true, force: true });
  });
  const storeFolder = path.join(root, 'cache');
  mkdirSync(storeFolder);
  const store = openStore(storeFolder);
  const registration = await registerRunner(storeFolder);
  onTestFinished(() => {
    registration.unregister();
  });
  const lock = openLockfile(path.join(root, 'pipeline.lock.json'));
  if (!lock.ok) throw new Error(lock.error.message);
  const pipeline = { instances: [{ id: 'make' }] } as unknown as Pipeline;
  return {
    store,
    take: async (bytes: Buffer, name = 'x.tar') => {
      writeFileSync(path.join(root, name), bytes);
      try {
        return await importArchive(path.join(root, name), {
          pipeline,
          store,
          storeFolder,
          lock: lock.value,
          registration,
          tell: () => undefined,
        });
      } finally {
        rmSync(path.join(root, name));
      }
    },
    /** Everything that an import could have left, inside the store and beside it. */
    left: () =>
      readdirSync(root, { recursive: true })
        .map(String)
        .filter((name) => !/^cache(\/(state|runners|work)(\/[0-9a-f]{16}(\.names|\/.*)?)?)?$/.test(name)),
  };
}

async function refused(bytes: Buffer, name?: string): Promise<string> {
  const { take, left } = await place();
  const error = await take(bytes, name).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ArchiveError);
  expect(left()).toEqual([]);
  return (error as ArchiveError).message;
}

test('an honest archive is taken over, packed or not', async () => {
  for (const [bytes, name] of [
    [tarOf(partsOf()), 'x.tar'],
    [gzipSync(tarOf(partsOf())), 'x.tar.gz'],
    [tarOf(partsOf(), Buffer.alloc(10240)), 'x.tar'],
  ] as const) {
    const { take, left } = await place();
    expect(await take(bytes, name)).toEqual({
      from: 'test',
      added: ['make'],
      known: [],
      foreign: [],
      bytes: made.length + Buffer.byteLength(tree.text),
    });
    expect(left().filter((file) => /^cache\/(objects\/..|runs\/.{64})\//.test(file))).toHaveLength(3);
  }
});

test('any changed byte of an archive is noticed, wherever it is', async () => {
  const honest = tarOf(partsOf());
  const { take, left } = await place();
  await fc.assert(
    fc.asyncProperty(fc.nat(honest.length - 1), fc.integer({ min: 1, max: 255 }), async (at, difference) => {
      const bytes = Buffer.from(honest);
      bytes[at]! ^= difference;
      await expect(take(bytes)).rejects.toThrow(ArchiveError);
      expect(left()).toEqual([]);
    }),
    // The end of a header's checksum is all but ignored by others; a name of a pipeline is as good as another.
    {
      numRuns: 120,
      examples: [
        [154, 1],
        [155, 1],
        [honest.indexOf('test'), 1],
        [honest.length - 1, 1],
      ],
    },
  );
});

test('an archive that ends early is noticed, wherever it ends, also when it is packed', async () => {
  for (const [honest, name, most] of [
    [tarOf(partsOf()), 'x.tar', tarOf(partsOf()).length - END.length],
    [gzipSync(tarOf(partsOf())), 'x.tar.gz', gzipSync(tarOf(partsOf())).length - 1],
  ] as const) {
    const { take, left } = await place();
    await fc.assert(
      fc.asyncProperty(fc.nat(most), async (length) => {
        await expect(take(honest.subarray(0, length), name)).rejects.toThrow(ArchiveError);
        expect(left()).toEqual([]);
      }),
      { numRuns: 25 },
    );
  }
});

test('bytes that were never an archive are refused', async () => {
  const { take } = await place();
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), fc.constantFrom('x.tar', 'x.tar.gz'), async (bytes, name) => {
      await expect(take(Buffer.from(bytes), name)).rejects.toThrow(ArchiveError);
    }),
    { numRuns: 25 },
  );
});

/** The type of the second entry, its checksum made right again. */
function retyped(type: string): Buffer {
  const bytes = tarOf(partsOf());
  const at = 512 * (1 + Math.ceil(Buffer.byteLength(JSON.stringify(partsOf().manifest)) / 512));
  const header = bytes.subarray(at, at + 512);
  header[156] = type.charCodeAt(0);
  header.write('        ', 148);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  return bytes;
}

test.each([
  ['1', 'a hard link'],
  ['2', 'a symbolic link'],
  ['3', 'a device'],
  ['5', 'a folder'],
  ['6', 'a pipe'],
  ['x', 'no regular file'],
  ['L', 'no regular file'],
])('an entry of type %s is refused: %s', async (type, what) => {
  expect(await refused(retyped(type))).toContain(`which is ${what}`);
});

test.each([
  '../outside',
  '/etc/passwd',
  'objects/../../outside',
  `records/${'a'.repeat(64)}.json/../../x`,
  'pipeline.json',
  'objects/aa',
])('a file named %s is refused, in the manifest and without it', async (name) => {
  const parts = partsOf();
  const content = Buffer.from('x');
  expect(await refused(tarOf({ ...parts, files: [...parts.files, { name, content }] }))).toBe(
    'the archive holds more than its manifest lists',
  );
  parts.manifest.files.push({ name, bytes: 1, digest: digestOf(content) });
  expect(await refused(tarOf({ ...parts, files: [...parts.files, { name, content }] }))).toContain(
    'which has no place in a store',
  );
});

const spoiled: readonly [string, (parts: Parts) => void, string][] = [
  ['another order of files', ({ files }) => void files.reverse(), 'instead of records/'],
  [
    'a blob under a digest that is not its own',
    ({ manifest, files }) => {
      const other = digestOf('other');
      manifest.files[1] = { name: blobName(other), bytes: made.length, digest: other };
      files[1] = { name: blobName(other), content: made };
    },
    'does not match its digest',
  ],
  [
    'a blob whose name is not its digest',
    ({ manifest }) => {
      manifest.files[1]!.digest = digestOf('other');
    },
    'is not its digest',
  ],
  [
    'a size that is not that of the file',
    ({ manifest }) => {
      manifest.files[1]!.bytes++;
    },
    'by its manifest',
  ],
  [
    'a size beyond every disk',
    ({ manifest }) => {
      manifest.files[1]!.bytes = 2 ** 52;
    },
    'are free',
  ],
  [
    'a negative size',
    ({ manifest }) => {
      manifest.files[1]!.bytes = -1;
    },
    'bytes: expected a number >= 0, got -1',
  ],
  [
    'a record too long to be read',
    ({ manifest }) => {
      manifest.files[0]!.bytes = 2 ** 30;
    },
    'a text has',
  ],
  [
    'a file named twice',
    ({ manifest, files }) => {
      manifest.files.push(manifest.files[1]!);
      files.push(files[1]!);
    },
    'names a file twice',
  ],
  [
    'a missing blob',
    ({ manifest, files }) => {
      manifest.files.pop();
      files.pop();
    },
    'the archive lacks',
  ],
  [
    'a result without a record',
    ({ manifest }) => {
      manifest.results.make = digestOf('other');
    },
    'holds no record of it',
  ],
  [
    'a result of another instance',
    ({ manifest }) => {
      manifest.results = { other: Object.values(manifest.results)[0]! };
    },
    'belongs to another instance',
  ],
  [
    'a later format',
    ({ manifest }) => {
      manifest.format = 2;
    },
    'does not know',
  ],
];

test.each(spoiled)('%s is refused', async (_, spoil, message) => {
  const parts = partsOf();
  spoil(parts);
  expect(await refused(tarOf(parts))).toContain(message);
});

const forged: readonly [string, RunRecord, string][] = [
  [
    'whose parameters were changed under the same fingerprint',
    recordOf({ record: { identity: { ...recordOf().identity, params: { rate: 9 } } } }),
    'is forged',
  ],
  [
    'that writes its output elsewhere',
    recordOf({
      identity: { outputs: { out: { kind: 'file', file: '../../out' } } },
      record: { outputs: { out: { kind: 'file', file: '../../out', digest: digestOf(made), bytes: made.length } } },
    }),
    'outside of its folder',
  ],
  [
    'whose outputs are not those that identify it',
    recordOf({
      record: { outputs: { out: { kind: 'file', file: '/etc/cron.d/x', digest: digestOf(made), bytes: made.length } } },
    }),
    'does not match its identity',
  ],
  [
    'without the times of its execution',
    recordOf({ record: { execution: {} as never } }),
    'execution.started: the field is missing',
  ],
];

test.each(forged)('a sealed record %s is refused', async (_, record, message) => {
  expect(await refused(tarOf(partsOf(record)))).toContain(message);
});

test.each(['../outside', '/etc/passwd', 'a/../../b', 'a//b', 'C:\\x', ''])(
  'the list of a folder that names %s is refused',
  async (name) => {
    const list = treeOf([{ name, kind: 'file', bytes: made.length, digest: digestOf(made) }]);
    const record = recordOf();
    const outputs = { ...record.outputs, all: { ...record.outputs.all!, digest: list.digest } };
    expect(await refused(tarOf(partsOf({ ...record, outputs }, [made, list.text])))).toContain(
      'names a file outside of it',
    );
  },
);

test('a list of a folder that is none is refused', async () => {
  const record = recordOf();
  const outputs = { ...record.outputs, all: { ...record.outputs.all!, digest: digestOf(made) } };
  expect(await refused(tarOf(partsOf({ ...record, outputs }, [made])))).toContain('is none');
});

test('what follows the end is refused, also a second archive', async () => {
  expect(await refused(Buffer.concat([tarOf(partsOf()), tarOf(partsOf())]))).toBe(
    'something follows the end of the archive',
  );
  expect(await refused(Buffer.concat([tarOf(partsOf()), Buffer.alloc(2_000_000)]))).toBe(
    'something follows the end of the archive',
  );
});

test('zeros without end are refused as soon as they are more than their packing could honestly hold', async () => {
  const zeros = gzipSync(Buffer.alloc(2 ** 20));
  expect(isBomb(zeros.length * 300, 2 ** 20 * 300)).toBe(false); // gzip's own limit
  expect(isBomb(2 ** 17, 2 ** 28 + 1)).toBe(true);
  expect(isBomb(100, 2 ** 20)).toBe(false);
  const huge = tarOf(partsOf(), Buffer.concat([END, Buffer.alloc(2 ** 24)]));
  expect(await refused(gzipSync(huge), 'x.tar.gz')).toBe('something follows the end of the archive');
});

test.each([0, 511, 8 ** 11 - 1, 8 ** 11, 2 ** 45 + 1])(
  'a size of %i bytes is read as it was written',
  async (bytes) => {
    async function* stream(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(headerBlock({ name: 'x', bytes }));
    }
    expect(await readHeader(byteSource(stream()))).toEqual({ name: 'x', bytes });
  },
);

test('what the store holds already is verified and not written again; what it holds damaged is healed', async () => {
  const { take, store } = await place();
  await take(tarOf(partsOf()));
  expect(await take(tarOf(partsOf()))).toMatchObject({ added: [], known: ['make'], bytes: 0 });
  const blob = store.pathOf(digestOf(made));
  chmodSync(blob, 0o644);
  writeFileSync(blob, 'wHat was made\n');
  expect(await take(tarOf(partsOf()))).toMatchObject({ known: ['make'], bytes: made.length });
  expect(await store.check(digestOf(made))).toBe('intact');
  const spoiledAgain = partsOf();
  spoiledAgain.files[1] = { ...spoiledAgain.files[1]!, content: Buffer.from('WHAT was made\n') };
  await expect(take(tarOf(spoiledAgain))).rejects.toThrow('does not match its digest');
});
