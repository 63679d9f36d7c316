/** The outputs of one instance. */
import type { Output } from '../pipeline.ts';
import type { Row } from './axis.ts';
import type { StagesContext } from './stages-context.ts';
import type { Parts } from './parts.ts';
import { foldersOf, isInside, projectPath } from './paths.ts';
import type { Origin } from './source.ts';
import type { StageDraft } from './stage-draft.ts';
import { child, isTrue, textOf, type ConfigNode } from './tree.ts';
import { last } from '../../util/known.ts';

/** Undefined when one is wrong, which is reported. */
export function readOutputs(
  draft: StageDraft,
  row: Row,
  parts: Parts,
  context: StagesContext,
): Readonly<Record<string, Output>> | undefined {
  const outputs = [...draft.outputs].map(
    ([name, { key, value }]) =>
      [
        name,
        parts.part(value, { field: 'outputs', name }, row, (node) => readOutput(name, key, node, context)),
      ] as const,
  );
  const good = outputs.flatMap(([name, output]) => (output === undefined ? [] : [[name, output] as const]));
  if (good.length !== outputs.length || !checkFiles(good, draft, context)) return undefined;
  return Object.fromEntries(good);
}

function readOutput(name: string, key: Origin, node: ConfigNode, { root, report }: StagesContext): Output | undefined {
  const fileNode = child(node, 'file') ?? node;
  const written = textOf(fileNode);
  if (written === undefined) {
    report.error('missing-key', key, `"file" is missing in output "${name}"`, {
      remedy: 'Add it, here or in a template: "file" is a file name, or a folder name that ends in "/".',
    });
    return undefined;
  }
  const folder = written.endsWith('/');
  const file = projectPath(root, written);
  if (written.startsWith('/') || !isInside(file)) {
    report.error('output-path', fileNode.origin, `an output cannot be written to ${JSON.stringify(written)}`, {
      remedy:
        'Give a name such as "weights.safetensors", or "figures/" for a folder: a stage writes into a folder ' +
        'of its own. "publish" copies the result to a place in the project.',
    });
    return undefined;
  }
  const metrics = isTrue(child(node, 'metrics'));
  if (metrics && (folder || !/\.(json|csv)$/i.test(file))) {
    report.error('metrics-format', fileNode.origin, `metrics: expected JSON or CSV, got ${JSON.stringify(written)}`, {
      remedy: 'Name the file *.json or *.csv, or leave out "metrics".',
    });
    return undefined;
  }
  const publishNode = child(node, 'publish');
  const publish = publishNode === undefined ? undefined : readPublish(publishNode, file, folder, root, report);
  if (publish === undefined && publishNode !== undefined) return undefined;
  return {
    kind: folder ? 'folder' : 'file',
    file,
    ...(publish === undefined ? {} : { publish }),
    metrics,
    commit: isTrue(child(node, 'commit')),
  };
}

/** Undefined when it is no place to publish to, which is reported. */
function readPublish(
  node: ConfigNode,
  file: string,
  folder: boolean,
  root: string,
  report: StagesContext['report'],
): string | undefined {
  const text = textOf(node) ?? '';
  const place = projectPath(root, text);
  if (!isInside(place)) {
    report.error('publish-path', node.origin, `${JSON.stringify(text)} is not inside the project`, {
      remedy: '"publish" names a file or folder relative to the project root, for instance "reports/index.html".',
    });
    return undefined;
  }
  if (/^(cache|\.git)(\/|$)/.test(place)) {
    report.error(
      'publish-path',
      node.origin,
      `nothing can be published to ${JSON.stringify(text)}: another program owns that folder`,
      { remedy: 'Choose another folder, for instance reports/.' },
    );
    return undefined;
  }
  if (text.endsWith('/') && !folder) {
    report.error('publish-path', node.origin, `${JSON.stringify(text)} is a folder, and the output is a file`, {
      suggestion: `${text}${last(file.split('/'))}`,
    });
    return undefined;
  }
  return place;
}

/** No output may be equal to another one or be inside of it. */
function checkFiles(
  outputs: readonly (readonly [string, Output])[],
  draft: StageDraft,
  { report }: StagesContext,
): boolean {
  const known = new Map<string, string>();
  const origin = (name: string): Origin => draft.outputs.get(name)?.value.origin ?? draft.origin;
  let good = true;
  for (const [name, { file }] of [...outputs].sort(([, a], [, b]) => a.file.length - b.file.length)) {
    const same = known.get(file);
    const [other = same] = foldersOf(file).flatMap((folder) => known.get(folder) ?? []);
    if (other !== undefined) {
      const message =
        other === same
          ? `outputs "${other}" and "${name}" are the same file`
          : `output "${name}" is inside output "${other}"`;
      report.error('output-collision', origin(name), message, {
        related: [{ message: `"${other}" is declared here`, at: origin(other) }],
      });
      good = false;
    }
    known.set(file, name);
  }
  return good;
}
