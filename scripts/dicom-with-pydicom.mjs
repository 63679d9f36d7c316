// Compares the stored values of DICOM files with pydicom's, file by file:
//   node scripts/dicom-with-pydicom.mjs FOLDER      a folder that scripts/golden/dicom_files.py wrote
import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const given = process.argv[2];
if (given === undefined) {
  console.error('Which folder? Name one that scripts/golden/dicom_files.py wrote.');
  process.exit(2);
}
/** Refused by name, as docs/dicom.md says. */
const REFUSED = /which is not read|its high bit is|demands explicit VR/;

// Inside the checkout, so that imports find their packages.
const folder = await mkdtemp(join(import.meta.dirname, '../node_modules/.dicom-'));
try {
  const room = join(import.meta.dirname, '../src/learn/dataset');
  await build({
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    entryPoints: [join(room, 'dicom/read-frame.ts'), join(room, 'numpy/npz.ts'), join(room, 'numpy/npy.ts')],
  });
  const { readStoredFrame } = await import(join(folder, 'dicom/read-frame.mjs'));
  const { readNpz } = await import(join(folder, 'numpy/npz.mjs'));
  const { npyNumbers } = await import(join(folder, 'numpy/npy.mjs'));

  const { pydicom, files } = JSON.parse(await readFile(join(given, 'expected.json'), 'utf8'));
  const keys = files.map(({ key }) => key);
  const expected = await readNpz(join(given, 'expected.npz'), keys);
  const counts = { equal: 0, refused: 0, different: 0 };
  for (const { file, key, syntax, tolerance, plugin } of files) {
    const frame = await readStoredFrame(await readFile(resolve(given, file)), 0);
    const verdict = judge(frame, npyNumbers(expected.get(key)), tolerance);
    counts[verdict.kind] += 1;
    if (verdict.kind !== 'equal') console.log(`${verdict.kind}  ${file}  ${syntax}  (${plugin})  ${verdict.text}`);
  }
  console.log(
    `${files.length} files beside pydicom ${pydicom}: ${counts.equal} within their tolerance (lossless 0, lossy gray 1, ` +
      `lossy color 3), ${counts.refused} refused by name, ${counts.different} different.`,
  );
  if (counts.different > 0) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true });
}

function judge(frame, wanted, tolerance) {
  if (!frame.ok) return { kind: REFUSED.test(frame.error) ? 'refused' : 'different', text: frame.error };
  const { values } = frame.value;
  if (values.length !== wanted.length)
    return { kind: 'different', text: `${values.length} values; ${wanted.length} are expected` };
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i] - wanted[i]));
  return { kind: largest <= tolerance ? 'equal' : 'different', text: `${largest} off, ${tolerance} are allowed` };
}
