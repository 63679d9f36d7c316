// Compares our safetensors with the reference library, bit by bit, in both directions:
//   node scripts/safetensors-with-python.mjs PYTHON      an interpreter with safetensors and numpy
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { build } from 'esbuild';

const FILES = 100;
const python = process.argv[2];
if (python === undefined) {
  console.error('Which Python? Name an interpreter that has safetensors and numpy.');
  process.exit(2);
}

// Inside the checkout, so that imports find their packages.
const folder = await mkdtemp(join(import.meta.dirname, '../node_modules/.safetensors-'));
try {
  const src = join(import.meta.dirname, '../src');
  await build({
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    entryPoints: [join(src, 'tensor/safetensors.ts'), join(src, 'util/random.ts')],
  });
  const { encodeSafetensors, readSafetensors } = await import(join(folder, 'tensor/safetensors.mjs'));
  const { random } = await import(join(folder, 'util/random.mjs'));

  const written = Array.from({ length: FILES }, (_, number) => ({
    path: join(folder, `${number}.safetensors`),
    ...drawFile(random('safetensors with Python', number)),
  }));
  for (const { path, tensors, metadata } of written) await writeFile(path, encodeSafetensors(tensors, metadata));
  const answers = execFileSync(python, [join(import.meta.dirname, 'safetensors-with-python.py')], {
    input: written.map(({ path }) => path).join('\n'),
    encoding: 'utf8',
  });
  const told = answers
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

  for (const [number, { path, tensors, metadata }] of written.entries()) {
    demand(
      told[number],
      {
        tensors: Object.fromEntries(
          Object.entries(tensors).map(([name, tensor]) => [name, [tensor.dtype, tensor.shape, digestOf(tensor)]]),
        ),
        metadata,
      },
      `what Python read of file ${number}`,
    );
    demand(await readSafetensors(`${path}.again`), { tensors, metadata }, `what we read of Python's file ${number}`);
  }
  const count = written.reduce((sum, { tensors }) => sum + Object.keys(tensors).length, 0);
  console.log(
    `safetensors: ${FILES} files with ${count} tensors, written here and read by Python, written by Python and ` +
      'read here: equal bits.',
  );
} finally {
  await rm(folder, { recursive: true });
}

/**
 * Tensors of every type and of up to four dimensions, some of them empty, under odd names; NaNs of every kind among
 * them.
 */
function drawFile(draw) {
  const names = ['layer1.0.conv1.weight', '1', '02', 'é', '"', ' ', '__proto_', 'a/b'].slice(0, 1 + draw.integer(8));
  const tensors = Object.fromEntries(
    names.map((name) => {
      const shape = Array.from({ length: draw.integer(5) }, () => draw.integer(5));
      const bytes = (size) =>
        Uint8Array.from({ length: size * shape.reduce((a, b) => a * b, 1) }, () => draw.integer(256)).buffer;
      switch (draw.integer(4)) {
        case 0:
          return [name, { dtype: 'float32', shape, data: new Float32Array(bytes(4)) }];
        case 1:
          return [name, { dtype: 'int32', shape, data: new Int32Array(bytes(4)) }];
        case 2:
          return [name, { dtype: 'uint8', shape, data: new Uint8Array(bytes(1)) }];
        default:
          return [name, { dtype: 'bool', shape, data: new Uint8Array(bytes(1)).map((byte) => byte % 2) }];
      }
    }),
  );
  return { tensors, metadata: { drawn: String(draw.integer(1000)), 'ü"': '\n' } };
}

function digestOf({ data }) {
  return createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex');
}

function demand(found, expected, what) {
  // Bits count: two NaNs may differ, and isDeepStrictEqual takes them for equal.
  const bits = (value) =>
    ArrayBuffer.isView(value)
      ? digestOf({ data: value })
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, bits(each)]))
        : value;
  if (!isDeepStrictEqual(bits(found), bits(expected)))
    throw new Error(`${what} differs: ${JSON.stringify(bits(found))} in place of ${JSON.stringify(bits(expected))}.`);
}
