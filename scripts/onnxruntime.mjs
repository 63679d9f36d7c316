/**
 * Brings ONNX Runtime's library for processors into vendor/onnxruntime. The npm package onnxruntime-node has it for all
 * platforms, but its installation also wants CUDA files from another host, which fails behind an npm mirror. So npm
 * fetches the package without installing it, from the registry that npm is configured with.
 *
 *     node scripts/onnxruntime.mjs          # for this platform: `npm run build` does it
 *     node scripts/onnxruntime.mjs --all    # for all platforms: `npm pack` does it
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const VERSION = '1.30.0';
const INTEGRITY = 'sha512-twhs1C2C/BFkz1yc5OY0KIU2GUq6DURO7hD4bx5Q2Qy3nAMJwRXW8xU3NVczE29VA9lolLOYepoD8fjTGOfIqw==';

/**
 * The files that a processor needs. The others are copies of these, or libraries for GPUs: onnxruntime.dll loads
 * DirectML.dll only when a session asks for that provider.
 */
const LIBRARIES = {
  'linux/x64': ['libonnxruntime.so.1', 'onnxruntime_binding.node'],
  'linux/arm64': ['libonnxruntime.so.1', 'onnxruntime_binding.node'],
  'darwin/arm64': ['libonnxruntime.1.dylib', 'onnxruntime_binding.node'],
  'win32/x64': ['onnxruntime.dll', 'onnxruntime_binding.node'],
  'win32/arm64': ['onnxruntime.dll', 'onnxruntime_binding.node'],
};
const SCRIPTS = ['backend.js', 'binding.js', 'index.js', 'version.js'].map((name) => `dist/${name}`);

const repository = fileURLToPath(new URL('..', import.meta.url));
const target = path.join(repository, 'vendor', 'onnxruntime');

export async function bringOnnxruntime({ all = false } = {}) {
  const own = `${process.platform}/${process.arch}`;
  const platforms = all ? Object.keys(LIBRARIES) : Object.keys(LIBRARIES).filter((platform) => platform === own);
  const files = platforms.flatMap((platform) => LIBRARIES[platform].map((file) => `bin/napi-v6/${platform}/${file}`));
  if (await isThere([...SCRIPTS, ...files])) return;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'onnxruntime-'));
  try {
    const unpacked = await fetchPackage(folder);
    const next = `${target}.${process.pid}`;
    for (const file of [...SCRIPTS, ...files]) {
      await mkdir(path.dirname(path.join(next, file)), { recursive: true });
      await cp(path.join(unpacked, file), path.join(next, file));
    }
    await writeFile(path.join(next, 'package.json'), `${JSON.stringify(MANIFEST, null, 2)}\n`);
    await rm(target, { recursive: true, force: true });
    await rename(next, target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const MANIFEST = {
  name: 'onnxruntime-node',
  version: VERSION,
  description: `The library for processors out of onnxruntime-node@${VERSION}, without its installation script.`,
  license: 'MIT',
  type: 'commonjs',
  main: 'dist/index.js',
};

async function isThere(files) {
  const manifest = path.join(target, 'package.json');
  if (!existsSync(manifest) || JSON.parse(await readFile(manifest, 'utf8')).version !== VERSION) return false;
  return files.every((file) => existsSync(path.join(target, file)));
}

async function fetchPackage(folder) {
  const words = [
    'pack',
    `onnxruntime-node@${VERSION}`,
    '--ignore-scripts',
    '--silent',
    '--json=false',
    '--dry-run=false',
    '--pack-destination',
    folder,
  ];
  const npm = { cwd: repository, shell: process.platform === 'win32', stdio: ['ignore', 'pipe', 'inherit'] };
  execFileSync('npm', words, npm);
  const archive = path.join(folder, `onnxruntime-node-${VERSION}.tgz`);
  const digest = createHash('sha512')
    .update(await readFile(archive))
    .digest('base64');
  if (`sha512-${digest}` !== INTEGRITY)
    throw new Error(`onnxruntime-node@${VERSION}: expected ${INTEGRITY}, got sha512-${digest} from the npm registry`);
  execFileSync('tar', ['-xzf', archive, '-C', folder]);
  return path.join(folder, 'package');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bringOnnxruntime({ all: process.argv.includes('--all') });
