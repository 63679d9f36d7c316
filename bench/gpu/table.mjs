// Reads the log of bench/gpu/run.sh: a table of speeds, and a verdict on each claim.

const STRICT = 'strict in two processes';
const KEPT = 'with kept programs';
const RESUMED = 'resume:';

/** Results in their order; each has the remark that was said last before it as `about`. */
export function readLog(text) {
  let about = '';
  const [results, remarks] = [[], []];
  for (const line of text.split('\n')) {
    if (line.startsWith('# ')) {
      about = line.startsWith('# failed') ? about : line.slice(2);
      remarks.push(line.slice(2));
    } else if (line.startsWith('{')) results.push({ about, ...JSON.parse(line) });
  }
  return { results, remarks };
}

/** Ours and PyTorch's, side by side. */
export function markdown({ results, remarks }) {
  const rows = pairs(results).map(({ ours, theirs }) => [
    `${ours.network}, ${ours.side} px, batch ${ours.batch}`,
    ours.precision,
    rate(ours),
    theirs === undefined ? '' : rate(theirs),
    theirs === undefined ? '' : `${ratio(ours, theirs).toFixed(2)}x`,
    ours.compileSeconds.toFixed(1),
    String(ours.peakMiB),
    theirs === undefined ? '' : String(theirs.peakMiB),
  ]);
  const head = ['step', 'precision', 'xla, images/s', 'PyTorch', 'ratio', 'compiled in s', 'peak MiB', "PyTorch's"];
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const machine = remarks.filter((remark) => /driver|NVIDIA|MiB/.test(remark));
  return [...machine, '', line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n');
}

/** Each claim, and whether the results hold it. */
export function judge({ results, remarks }) {
  const statesOf = (about) => results.filter((each) => each.about.includes(about)).map(({ state }) => state);
  const [strict, kept, resumed] = [STRICT, KEPT, RESUMED].map(statesOf);
  const checks = results.filter(({ command }) => command === 'check');
  const measured = pairs(results);
  const bfloat16 = measured.filter(({ ours, theirs }) => ours.precision === 'bfloat16' && theirs !== undefined);
  const onCard = results.some(({ device }) => /NVIDIA/.test(device ?? ''));
  const unexpected = remarks.filter((remark) => remark.startsWith('failed') && !isExpected(remark, remarks));
  return [
    { claim: 'agrees with the oracle', passed: checks.length > 0 && checks.every(({ agrees }) => agrees) },
    { claim: 'equal bits in two strict processes', passed: areEqual(strict, 2) },
    { claim: 'equal bits with kept programs', passed: areEqual(kept, 2) },
    { claim: 'equal bits after SIGKILL and resume', passed: areEqual([...kept, ...resumed], 3) },
    { claim: 'nothing failed that should not', passed: unexpected.length === 0 },
    ...(onCard
      ? [
          { claim: 'every step compiled within 60 s', passed: measured.every(({ ours }) => ours.compileSeconds < 60) },
          {
            claim: 'bfloat16 is as fast as PyTorch in every size',
            passed: bfloat16.length > 0 && bfloat16.every(({ ours, theirs }) => ratio(ours, theirs) >= 1),
          },
        ]
      : []),
  ];
}

/** A kill that the check asks for, and a start without a visible GPU. */
function isExpected(failure, remarks) {
  const before = remarks.slice(0, remarks.indexOf(failure)).findLast((remark) => !remark.startsWith('failed'));
  return before.includes('an error is expected') || (before.startsWith(RESUMED) && failure.includes('"kill":true'));
}

/** A measured step of ours with PyTorch's of the same size and precision, not compiled. */
function pairs(results) {
  const measured = results.filter(
    ({ imagesPerSecond, about }) => imagesPerSecond?.best !== undefined && !/repeated|resume|two/.test(about),
  );
  return measured
    .filter(({ command }) => command === 'step')
    .map((ours) => ({
      ours,
      theirs: measured.find(
        (each) =>
          each.engine === 'pytorch' &&
          !each.compiled &&
          ['network', 'side', 'batch', 'precision'].every((key) => each[key] === ours[key]),
      ),
    }));
}

const areEqual = (states, count) => states.length === count && new Set(states).size === 1;
const rate = ({ imagesPerSecond: { best, median } }) => `${best.toFixed(0)} (${median.toFixed(0)})`;
const ratio = (ours, theirs) => ours.imagesPerSecond.best / theirs.imagesPerSecond.best;
