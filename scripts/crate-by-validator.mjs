#!/usr/bin/env node
// Writes crates of a study and validates them with roc-validator, without a network:
//   node scripts/crate-by-validator.mjs BIN      the folder of programs of an environment with roc-validator
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { Comparison, makeProject } from './watching/project.mjs';

/** Advice that a study cannot follow by itself: nobody has told it an agent, an author, a publisher or a homepage. */
const OPEN_ADVICE = [
  'process-run-crate-0.5_3.2', // a tool has a url
  'process-run-crate-0.5_5.1', // the id of a tool is an absolute URI
  'process-run-crate-0.5_8.6', // an action has an agent
  'ro-crate-1.1_22.2', // author
  'ro-crate-1.1_22.3', // publisher
  'workflow-ro-crate-1.0_6.1', // README.md
  'workflow-ro-crate-1.0_6.2',
  'workflow-run-crate-0.5_7.1', // data that does not lie in the crate
];

const [bin = ''] = process.argv.slice(2);
const project = makeProject();
const comparison = new Comparison();
try {
  await project.runWithInterruption();
  for (const files of ['none', 'small', 'all'])
    for (const more of [[], ['--private'], ['--license', 'https://spdx.org/licenses/CC-BY-4.0']]) {
      const folder = `crate-${files}-${more.length > 0 ? more[0].slice(2) : 'plain'}`;
      await project.pipeline(['export', 'crate', '--to', folder, '--files', files, ...more]);
      await validate(folder);
      if (more[0] === '--private') comparison.same(`names in ${folder}`, namesIn(folder), []);
    }
} finally {
  project.remove();
}
comparison.end('RO-Crate');

async function validate(folder) {
  const words = [path.join(import.meta.dirname, 'watching/validate_crate.py'), project.at(folder)];
  const { stdout } = await promisify(execFile)(path.join(bin, 'python'), words, { maxBuffer: 1 << 26 });
  const { findings, checks } = JSON.parse(stdout);
  comparison.same(`requirements of ${folder}`, findings.REQUIRED, []);
  const advice = findings.RECOMMENDED.filter((finding) => !OPEN_ADVICE.includes(finding.split(':')[0]));
  comparison.same(`recommendations of ${folder}`, advice, []);
  comparison.same(`many checks of ${folder}`, checks > 150, true);
}

/** Names of data that a private crate must not have, in names and in texts. */
function namesIn(folder) {
  const files = readdirSync(project.at(folder), { recursive: true, withFileTypes: true });
  const secret = /Müller|M%C3%BCller|b\.png|report\.txt|weights\.bin|watching-/;
  return files.flatMap((entry) => {
    const content =
      entry.isFile() && entry.name.endsWith('.json')
        ? readFileSync(path.join(entry.parentPath, entry.name), 'utf8')
        : '';
    return secret.test(entry.name) || secret.test(content) ? [entry.name] : [];
  });
}
