/**
 * Small drawn images of two classes in the forms that people keep: folders, a table with patients, MedMNIST's arrays.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';

const SIDE = 24;
const CLASSES = { nevus: [150, 90, 60], melanoma: [70, 50, 80] };

/**
 * `<folder>/<class>/<class>-7.png`; with `patients`, `<folder>/<class>/<patients>-3/<class>-7.png`, two images for
 * each.
 */
export async function drawFolders(folder, { each = 15, patients = '' } = {}) {
  for (const [label, color] of Object.entries(CLASSES))
    for (let i = 0; i < each; i++) {
      const place = patients !== '' ? path.join(label, `${patients}-${i >> 1}`) : label;
      await writeImage(path.join(folder, place, `${label}-${i}.png`), pixels(color, i));
    }
}

/** Images in one folder, and beside it a table with the columns file, diagnosis and patient_id: two images for each. */
export async function drawTable(folder, table, { each = 16 } = {}) {
  const rows = ['file;diagnosis;patient_id'];
  for (const [label, color] of Object.entries(CLASSES))
    for (let i = 0; i < each; i++) {
      const name = `${label.slice(0, 1)}${i}`;
      await writeImage(path.join(folder, `${name}.png`), pixels(color, i));
      rows.push(`${name};${label};${label}-${i >> 1}`);
    }
  await writeFile(table, `${rows.join('\n')}\n`);
}

/** `train_images`, `train_labels` and so on, as NumPy's savez writes them. */
export async function drawArrays(file) {
  const entries = [];
  for (const [part, each] of [
    ['train', 12],
    ['val', 4],
    ['test', 6],
  ]) {
    const images = Object.values(CLASSES).flatMap((color) => Array.from({ length: each }, (_, i) => pixels(color, i)));
    const labels = Object.values(CLASSES).flatMap((_, label) => Array.from({ length: each }, () => label));
    entries.push([`${part}_images.npy`, npy([2 * each, SIDE, SIDE, 3], Buffer.concat(images))]);
    entries.push([`${part}_labels.npy`, npy([2 * each, 1], Buffer.from(labels))]);
  }
  await writeFile(file, zip(entries));
}

/** Two of the three findings are seen: a bright upper half, a bright left half. The third is in no picture. */
const FINDINGS = ['Effusion', 'Edema', 'Hernia'];

/**
 * Images in one folder, and beside it a table with a column of 0 and 1 for each finding, and patients of two images.
 * Some labels are blank or -1. `joined`: one column of lists instead (`Effusion|Edema`, `No Finding`).
 */
export async function drawFindings(folder, table, { each = 60, joined = false, facts = false } = {}) {
  const rows = [`image,patient_id${facts ? ',sex,age,device' : ''},${joined ? 'labels' : FINDINGS.join(',')}`];
  for (let i = 0; i < each; i++) {
    const states = [(i >> 1) % 2, (i >> 2) % 2, i % 7 === 0 ? 1 : 0];
    await writeImage(path.join(folder, `${i}.png`), scan(states, i));
    const cells = states.map((state, k) => ((i + k) % 19 === 5 ? '' : (i + k) % 23 === 7 ? '-1' : String(state)));
    const names = FINDINGS.filter((_, k) => states[k] === 1).join('|') || 'No Finding';
    const known = facts ? `,${i % 4 < 2 ? 'F' : 'M'},${20 + ((i * 13) % 60)},${i % 10 < 7 ? 'A' : 'B'}` : '';
    rows.push(`${i}.png,p${i >> 1}${known},${joined ? names : cells.join(',')}`);
  }
  await writeFile(table, `${rows.join('\n')}\n`);
}

/** ChestMNIST's shape: a column for each finding. */
export async function drawFindingArrays(file, { train = 48, test = 40 } = {}) {
  const entries = [];
  for (const [part, count] of [
    ['train', train],
    ['val', 24],
    ['test', test],
  ]) {
    const states = Array.from({ length: count }, (_, i) => [i % 2, (i >> 1) % 2, i % 7 === 0 ? 1 : 0]);
    const images = states.map((own, i) => scan(own, i).filter((_, at) => at % 3 === 0));
    entries.push([`${part}_images.npy`, npy([count, SIDE, SIDE], Buffer.concat(images))]);
    entries.push([`${part}_labels.npy`, npy([count, 3], Buffer.from(states.flat()))]);
  }
  await writeFile(file, zip(entries));
}

/** Gray, with noise. */
function scan([upper, left], seed) {
  const noise = (at) => 25 * Math.sin((at + 1) * (seed + 1) * 12.9898);
  const value = (at) =>
    90 + (Math.floor(at / SIDE) < SIDE / 2 ? 60 * upper : 0) + (at % SIDE < SIDE / 2 ? 60 * left : 0) + noise(at);
  return Buffer.from(Array.from({ length: SIDE * SIDE * 3 }, (_, at) => value(Math.floor(at / 3))));
}

function pixels(color, seed) {
  const wave = (p, k) => 50 * Math.sin(p * (seed + 1) * 0.37 + k);
  return Buffer.from(
    Array.from({ length: SIDE * SIDE * 3 }, (_, at) => color[at % 3] + wave(Math.floor(at / 3), at % 3)),
  );
}

async function writeImage(file, data) {
  await mkdir(path.dirname(file), { recursive: true });
  await sharp(data, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .png()
    .toFile(file);
}

/** Format 1.0 of NumPy's arrays. */
function npy(shape, data) {
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
  const padded = `${header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11)}\n`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(padded.length);
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), length, Buffer.from(padded), data]);
}

/** A ZIP archive whose entries are stored without compression. */
function zip(entries) {
  const locals = [];
  const central = [];
  let offset = 0;
  for (const [name, data] of entries) {
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, Buffer.from(name), data]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, rest, Buffer.from(name)]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06', 'latin1'), end]);
}
