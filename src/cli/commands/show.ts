/** `pipeline show <instance>`: the record of its last result. */
import type { Reproduction } from '../../formats/reproduction.ts';
import type { InputIdentity } from '../../formats/identity.ts';
import type { Origin, RunRecord } from '../../formats/run-record.ts';
import { readAudit } from '../../runner/reproduce/audit-file.ts';
import { recordKeyOf } from '../../runner/store/record-file.ts';
import { auditText } from '../audit-text.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { refuse } from '../refusal.ts';
import type { Terminal } from '../terminal.ts';
import { bytes } from '../text/bytes.ts';
import { count } from '../text/count.ts';
import { duration } from '../text/duration.ts';
import { instant } from '../text/instant.ts';
import { table, type Cell } from '../text/table.ts';
import { openProject, selectOne, withOpenPipeline, type ProjectOptions } from '../project.ts';

export interface ShowOptions extends ProjectOptions {
  readonly json?: boolean;
}

export async function show(target: string, options: ShowOptions, terminal: Terminal): Promise<ExitCode> {
  const project = await openProject(options, terminal);
  const { id } = selectOne(project.pipeline, target);
  const record = await withOpenPipeline(project, ({ results }) => results.locked(id));
  if (record === undefined)
    throw refuse('no-record', `there is no result of ${id}`, { remedy: `Make one: pipeline run ${id}` });
  const audit = readAudit(project.storeFolder, recordKeyOf(record));
  terminal.results.write(
    options.json
      ? `${JSON.stringify({ ...record, ...(audit && { audit }) }, null, 2)}\n`
      : recordText(record, audit, terminal),
  );
  return exitCode.done;
}

function recordText(record: RunRecord, audit: Reproduction | undefined, { results }: Terminal): string {
  const sections = [
    ['', identity(record)],
    ['parameters', Object.entries(record.identity.params).map(([name, value]) => [name, JSON.stringify(value)])],
    ['environment', Object.entries(record.identity.env).map(([name, value]) => [name, value ?? '(not set)'])],
    [
      'inputs',
      Object.entries(record.identity.inputs).map(([name, input]) => [
        name,
        inputText(input),
        (record.origins[name] ?? []).map(originText).join('\n'),
      ]),
    ],
    [
      'outputs',
      Object.entries(record.outputs).map(([name, { digest, file, bytes: size, kind }]) => [
        name,
        digest.slice(0, 12),
        `${file}${kind === 'folder' ? '/' : ''}`,
        bytes(size),
      ]),
    ],
    ['code', codeRows(record)],
    [
      'said by the stage',
      Object.entries(record.execution.notes).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    ],
    ['executed once more', audit === undefined ? [] : auditRows(audit)],
    ['metrics', Object.entries(record.execution.metrics).map(([name, value]) => [name, JSON.stringify(value)])],
  ] as const;
  const { colors } = results;
  const blocks = sections.flatMap(([title, rows]) =>
    rows.length === 0
      ? []
      : [[...(title ? [colors.bold(title)] : [colors.bold(record.instance)]), ...indented(rows)].join('\n')],
  );
  return `${blocks.join('\n\n')}\n`;
}

function identity({ fingerprint, execution }: RunRecord): string[][] {
  const { started, seconds, attempts, resumes, host, platform, node, peakMemoryBytes, log } = execution;
  return [
    ['fingerprint', fingerprint],
    ['executed', `${instant(started)} in ${duration(seconds)}`],
    ['on', `${host}, ${platform}, Node ${node}`],
    ...(attempts > 1 ? [['attempts', String(attempts)]] : []),
    ...(resumes > 0 ? [['resumed', `${resumes} times from a checkpoint`]] : []),
    ...(peakMemoryBytes === undefined ? [] : [['peak memory', bytes(peakMemoryBytes)]]),
    [
      'resources',
      Object.entries(execution.resources)
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
    ],
    ['log', `in the store: ${log}`],
  ];
}

function auditRows(audit: Reproduction): string[][] {
  const fields = Object.entries(audit.outputs).flatMap(([output, { fields = {} }]) =>
    Object.entries(fields).map(([field, difference]) => [output, field, difference] as const),
  );
  return [
    ['found', auditText(audit)],
    ['executed', `${instant(audit.started)} in ${duration(audit.seconds)}`],
    ['on', `${audit.host}, ${audit.platform}, Node ${audit.node}`],
    ...fields.map(([output, field, { values, maxAbsolute, maxRelative }]) => [
      `${output}: ${field}`,
      `${count(values, 'value')} differ by at most ${maxAbsolute} (relative ${maxRelative})`,
    ]),
  ];
}

function inputText(input: InputIdentity): string {
  switch (input.kind) {
    case 'none':
      return 'null';
    case 'file':
    case 'executable':
    case 'folder':
      return input.digest.slice(0, 12);
    case 'gather':
      return `${input.members.length} gathered`;
  }
}

const originText = (origin: Origin): string =>
  origin.kind === 'path' ? origin.path : `${origin.instance} ${origin.output} (${origin.fingerprint.slice(0, 12)})`;

function codeRows({ identity: { code }, sources }: RunRecord): string[][] {
  if (code.kind === 'command')
    return [['command', code.template], ...(code.shell === undefined ? [] : [['shell', code.shell]])];
  return [
    ['bundle', code.bundle],
    ...Object.entries(sources).map(([file, digest]) => [file, digest.slice(0, 12)]),
    ...Object.entries(code.packages).map(([name, version]) => [name, version]),
  ];
}

function indented(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(...rows.map((row) => row.length));
  const cells = rows.map((row) => Array.from({ length: columns }, (_, index): Cell => ({ text: row[index] ?? '' })));
  return table(
    Array.from({ length: columns }, () => ({ title: '' })),
    cells,
    undefined,
    String,
  )
    .slice(1) // without the titles
    .map((line) => `  ${line}`);
}
