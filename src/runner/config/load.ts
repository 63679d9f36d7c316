/** `unknown -> Pipeline`: reads a pipeline file and says everything that is wrong with it in one pass. */
import path from 'node:path';
import type { JsonObject } from '../../util/json.ts';
import { err, ok, type Result } from '../../util/result.ts';
import type { Diagnostic } from '../../formats/diagnostic.ts';
import type { Pipeline } from '../pipeline.ts';
import { checkLiteral, warnOfUnused } from './check-params.ts';
import { checkInputs } from './check-inputs.ts';
import { checkPublished } from './check-published.ts';
import { checkPipeline } from './check-shape.ts';
import { scopeOf } from './axis.ts';
import { checkSharedAxis, checkTemplate } from './check-unused.ts';
import type { StagesContext } from './stages-context.ts';
import { expandStages } from './expand.ts';
import type { ExpandedStage } from './expanded.ts';
import { readFiles, readFromDisk, type ReadText } from './files.ts';
import { buildInstances } from './instance.ts';
import { locator, type Locate } from './locate.ts';
import { expandNotation, type WrittenStage } from './notation/expand.ts';
import { objectFormOf } from './notation/object-form.ts';
import { Report } from './report.ts';
import { Resolver } from './resolve.ts';
import { projectRoot } from './root.ts';
import { isIgnorePattern } from '../../util/ignore.ts';
import type { LoadContext } from './load-context.ts';
import { applySettings } from './set.ts';
import { FIRST_STAGE } from './shape-faults.ts';
import { locationOf } from './source.ts';
import { draftStage } from './stage-draft.ts';
import { child, itemsOf, membersOf, textOf, valueOf, type ConfigNode, type ObjectNode } from './tree.ts';

interface LoadOptions {
  /** The values of `--set`: `name=value`. */
  readonly set: readonly string[];
  /** Absolute path of the store; `cache` in the project root by default. */
  readonly storeFolder?: string | undefined;
  /** Another source than the disk to read pipeline files from, for instance a commit. */
  readonly read?: ReadText;
  /** Called with the absolute path of each file before it is read, and of each that is looked for and not there. */
  readonly onRead?: (file: string) => void;
}

export interface Loaded {
  readonly pipeline: Pipeline;
  /** The pipeline in the object form: a file of its own that means the same. */
  readonly objectForm: () => JsonObject;
  readonly warnings: readonly Diagnostic[];
  readonly locate: Locate;
  /** The text of each file that was read, by absolute path, for excerpts. */
  readonly sources: ReadonlyMap<string, string>;
}

export interface Refused {
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
}

/** @param file relative to the current folder, or absolute */
export async function loadPipeline(
  file: string,
  { set, storeFolder, read: readText = readFromDisk, onRead }: LoadOptions,
): Promise<Result<Loaded, Refused>> {
  const report = new Report();
  const sources = new Map<string, string>();
  const noted: ReadText = (each) => {
    onRead?.(each);
    return readText(each);
  };
  const tree = await readFiles(file, noted, sources, report);
  if (tree === undefined) return err({ diagnostics: report.errors, sources });
  const onDisk = readText === readFromDisk;
  const main = path.resolve(file);
  const bases = new Set([...sources.keys()].filter((each) => each !== main));
  const merged = { file: main, bases, tree: applySettings(tree, set, report), onDisk, storeFolder };
  const read = interpret(merged, report);
  if (report.failed) return err({ diagnostics: withoutConsequences(report.errors), sources });
  return ok({ ...read, warnings: report.warnings, sources });
}

/** Without its base, nearly everything in a file is a fault: a misspelt `extends` is told alone. */
function withoutConsequences(errors: readonly Diagnostic[]): readonly Diagnostic[] {
  const causes = errors.filter(({ code, suggestion }) => code === 'unknown-key' && suggestion === 'extends');
  return causes.length > 0 ? causes : errors;
}

/** The files merged, with the settings of the command line. */
interface Merged {
  /** Absolute. */
  readonly file: string;
  /** The files that it extends. */
  readonly bases: ReadonlySet<string>;
  readonly tree: ObjectNode;
  readonly onDisk: boolean;
  readonly storeFolder: string | undefined;
}

/** The result may be used only if no fault was reported. */
function interpret(merged: Merged, report: Report): Pick<Loaded, 'pipeline' | 'objectForm' | 'locate'> {
  const { file, bases, tree } = merged;
  const { written, context } = prepare(merged, report);
  const expanded = expandStages(context);
  const instances = buildInstances(expanded, context);
  checkPublished(instances, context);
  checkInputs(instances, context);
  if (context.params !== undefined && expanded.length > 0)
    warnOfUnused(context.params, context.resolver.used, bases, report);
  const description = textOf(child(tree, 'description'));
  const ignore = ignorePatterns(child(tree, 'ignore'), context);
  return {
    pipeline: {
      file,
      root: context.root,
      name: textOf(child(tree, 'name')) ?? path.parse(file).name,
      ...(description === undefined ? {} : { description }),
      ...(ignore.length > 0 && { ignore }),
      params: context.params === undefined ? {} : valueOf(context.params),
      stages: inFileOrder(expanded, context).map((stage) => definitionOf(stage, context)),
      instances,
    },
    objectForm: () => objectFormOf(tree, written),
    locate: locator(expanded, context),
  };
}

function ignorePatterns(node: ConfigNode | undefined, { faulty, report }: LoadContext): string[] {
  if (node === undefined || faulty.has(node)) return [];
  return itemsOf(node).flatMap((item) => {
    const pattern = textOf(item) ?? '';
    if (isIgnorePattern(pattern)) return [pattern];
    report.error('wrong-value', item.origin, `expected a pattern of files, got ${JSON.stringify(pattern)}`, {
      remedy: 'Patterns are written as in .gitignore: "*.bak", "scratch/", "/data/old.csv", "!*.pyc".',
    });
    return [];
  });
}

interface Prepared {
  readonly written: Iterable<WrittenStage>;
  readonly context: StagesContext;
}

function prepare({ file, tree, onDisk, storeFolder }: Merged, report: Report): Prepared {
  const faulty = checkPipeline(tree, report);
  const usable = (node: ConfigNode | undefined): node is ObjectNode => node?.kind === 'object' && !faulty.has(node);
  const declared = child(tree, 'params');
  const params = usable(declared) ? declared : undefined;
  if (params !== undefined) checkLiteral(params, report);
  const root = projectRoot(file);
  const common = {
    root,
    report,
    faulty,
    params,
    resolver: new Resolver(declared === undefined || params !== undefined ? params : 'refused', report),
  };
  warnOfNoStages(child(tree, 'stages'), report);
  for (const [name, axis] of membersOf(child(tree, 'axes')))
    if (!faulty.has(axis.value)) checkSharedAxis(name, axis, common);
  const { stages, refused, unused } = expandNotation(tree, common);
  const drafts = new Map([...stages].map(([name, stage]) => [name, draftStage(stage, common)]));
  const store = storeFolder ?? path.join(root, 'cache');
  const context = { ...common, file, onDisk, storeFolder: store, stages: drafts, refused };
  for (const template of unused) checkTemplate(template, context);
  return { written: stages.values(), context };
}

function warnOfNoStages(stages: ConfigNode | undefined, report: Report): void {
  if (stages?.kind === 'object' && stages.members.size === 0)
    report.warning('missing-key', stages.origin, '"stages" is empty: there is nothing to run', { remedy: FIRST_STAGE });
}

function inFileOrder(expanded: readonly ExpandedStage[], { stages }: StagesContext): ExpandedStage[] {
  const order = [...stages.values()];
  return [...expanded].sort((a, b) => order.indexOf(a.draft) - order.indexOf(b.draft));
}

function definitionOf({ draft, axes, reads }: ExpandedStage, { resolver }: StagesContext): Pipeline['stages'][number] {
  const written = child(draft.node, 'description');
  const description = textOf(written && resolver.resolve(written, scopeOf(draft, new Map())));
  return {
    name: draft.name,
    ...(description === undefined ? {} : { description }),
    axes,
    reads,
    location: locationOf(draft.origin),
  };
}
