/** The licenses of the libraries that a bundle contains, as one text. Their terms ask for it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** @param inputs paths of all bundled files, as esbuild's metafile names them */
export function licensesOf(inputs) {
  const folders = new Set(inputs.flatMap((file) => packageFolder(file) ?? []));
  return [...folders].sort().map(licenseOf).join('\n');
}

function packageFolder(file) {
  return /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0];
}

function licenseOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|notice)/i.test(file))
    .map((file) => path.join(folder, file))
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8').trim());
  return `${name} ${version} (${license})\n${'='.repeat(60)}\n${texts.join('\n\n')}\n`;
}
