/** Kinds of files that are counted apart. */

const CODE = /^(?:src|stages)\/.*\.tsx?$/;
const TEST = /\.(?:test|test-support|contract)\.tsx?$/;
/** Names that test helpers had before they were called `*.test-support.ts`, for measuring old revisions. */
const FORMER_TEST = /\/(?:test-[a-z]+|store-contract|report\/fixture|report\/hostile)\.ts$/;
const GENERATED = /\.generated\.|\.d\.ts$|(?:^|\/)golden\/|^package-lock\.json$|^schema\/(?!pipeline)/;

/** Shipped code: no tests, no test helpers, nothing generated. */
export function isSource(file) {
  return CODE.test(file) && !TEST.test(file) && !FORMER_TEST.test(file) && !isGenerated(file);
}

export function isTest(file) {
  return /^test\//.test(file) || (CODE.test(file) && (TEST.test(file) || FORMER_TEST.test(file)));
}

export function isGenerated(file) {
  return GENERATED.test(file);
}

export function isPage(file) {
  return file.endsWith('.md');
}

export function isCommented(file) {
  return /\.(?:tsx?|mjs|js|c)$/.test(file) && !isGenerated(file);
}

export function isPipeline(file) {
  return file === 'pipeline.json' || /^pipelines\/[^/]+\.json$/.test(file);
}
