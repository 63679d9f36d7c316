/**
 * Describes the results of a study as a Provenance Run Crate (https://w3id.org/ro/wfrun/provenance/0.5): the pipeline
 * as a workflow, its stages as tools, and an action for each execution, with inputs, parameters, outputs and times.
 */
import type { RunRecord } from '../../formats/run-record.ts';
import { digestOf } from '../../util/digest.ts';
import type { Json } from '../../util/json.ts';
import { codeDigestOf, endOf, namedParams } from '../results/execution-facts.ts';
import { contentOf, encodingFormatOf, idOfContent, type CrateContent, type Naming } from './contents.ts';
import { Graph, idPart, ref, refs, type Entity } from './graph.ts';

export interface CratedStudy extends Naming {
  /** Name of the pipeline. */
  readonly name: string;
  /** The names of its stages, producers first. */
  readonly stages: readonly string[];
  /** Producers first. */
  readonly records: readonly RunRecord[];
  /** Name of the file with the pipeline in the crate. */
  readonly workflow: string;
  /** An SPDX identifier, an address or a sentence. */
  readonly license: string | undefined;
  /** The program that made the results. */
  readonly engine: { readonly name: string; readonly version: string };
}

export interface DescribedStudy {
  readonly entities: readonly Entity[];
  readonly contents: readonly CrateContent[];
}

const PROFILES = [
  ['https://w3id.org/ro/wfrun/process/0.5', 'Process Run Crate', '0.5'],
  ['https://w3id.org/ro/wfrun/workflow/0.5', 'Workflow Run Crate', '0.5'],
  ['https://w3id.org/ro/wfrun/provenance/0.5', 'Provenance Run Crate', '0.5'],
  ['https://w3id.org/workflowhub/workflow-ro-crate/1.0', 'Workflow RO-Crate', '1.0'],
] as const;
const COMPLETED = 'http://schema.org/CompletedActionStatus';
const PARAMETER_PROFILE = ref('https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE');

export function describeStudy(study: CratedStudy): DescribedStudy {
  return new StudyDescriber(study).describe();
}

class StudyDescriber {
  readonly #study: CratedStudy;
  readonly #graph = new Graph();
  readonly #contents: CrateContent[] = [];
  /** Ids of outputs, by fingerprint and name. */
  readonly #outputs = new Map<string, string>();
  readonly #consumed = new Set<string>();
  readonly #external = new Set<string>();
  readonly #toolInputs = new Map<string, Set<string>>();
  readonly #toolOutputs = new Map<string, Set<string>>();

  constructor(study: CratedStudy) {
    this.#study = study;
  }

  describe(): DescribedStudy {
    const actions = this.#study.records.map((record) => this.#describeExecution(record));
    const controls = this.#study.records.map((record, i) =>
      this.#graph.add(`#control-${idOf(record)}`, {
        '@type': 'ControlAction',
        name: `start of ${record.instance}`,
        instrument: ref(`#step-${idPart(record.stage)}`),
        object: ref(actions[i] ?? ''),
      }),
    );
    this.#describeWorkflow();
    const run = this.#describeRun(controls);
    this.#describeRoot([run, '#organization', ...actions]);
    return { entities: this.#graph.entities(), contents: this.#contents };
  }

  #describeExecution(record: RunRecord): string {
    const { stage, instance, execution, outputs, fingerprint } = record;
    const results = Object.entries(outputs).map(([name, output]) => this.#describeOutput(record, name, output));
    for (const [name, id] of Object.keys(outputs).map((each, i) => [each, results[i] ?? ''] as const))
      this.#outputs.set(`${fingerprint} ${name}`, id);
    const used = [...this.#inputsOf(record), ...this.#paramsOf(record)];
    return this.#graph.add(`#run-${idOf(record)}`, {
      '@type': 'CreateAction',
      name: instance,
      description: `Execution ${fingerprint} of the stage ${stage}`,
      instrument: ref(toolId(stage)),
      object: refs(used),
      result: refs([...results, ...this.#seriesOf(record)]),
      startTime: timeText(execution.started),
      endTime: timeText(endOf(record)),
      actionStatus: COMPLETED,
    });
  }

  #describeOutput(record: RunRecord, name: string, output: RunRecord['outputs'][string]): string {
    const content = contentOf(record, name, output, this.#study);
    const { kind, digest, bytes, file } = output;
    const parameter = this.#parameter(record.stage, 'output', name, kind === 'folder' ? 'Dataset' : 'File');
    const common = { name: this.#study.isPrivate ? digest : file, sha256: digest, contentSize: String(bytes) };
    if (content === undefined) {
      const id = this.#graph.add(`#content-${digest}`, {
        ...{ '@type': 'CreativeWork', ...common },
        description: 'It does not lie in this crate.',
      });
      this.#graph.addExample(id, parameter);
      return id;
    }
    const id = this.#take(content);
    this.#graph.add(id, {
      ...{ '@type': kind === 'folder' ? 'Dataset' : 'File', ...common },
      encodingFormat: kind === 'folder' ? undefined : encodingFormatOf(file),
    });
    this.#graph.addExample(id, parameter);
    return id;
  }

  /** In a private crate, equal outputs are one file. Returns its id. */
  #take(content: CrateContent): string {
    if (!this.#contents.some(({ place }) => place === content.place)) this.#contents.push(content);
    return idOfContent(content);
  }

  /** The series of metrics is a file beside the outputs. */
  #seriesOf({ instance, stage, execution: { series } }: RunRecord): string[] {
    if (series === undefined || this.#study.files === 'none') return [];
    const content: CrateContent = {
      place: `metrics/${series.digest}.jsonl`,
      kind: 'file',
      digest: series.digest,
      what: `the metrics of ${instance}`,
    };
    const id = this.#graph.add(this.#take(content), {
      '@type': 'File',
      name: `metrics of ${instance}`,
      encodingFormat: encodingFormatOf(content.place),
      sha256: series.digest,
      contentSize: String(series.bytes),
    });
    this.#graph.addExample(id, this.#parameter(stage, 'output', 'metrics of the stage', 'File'));
    return [id];
  }

  #inputsOf({ stage, identity, origins }: RunRecord): string[] {
    return Object.entries(identity.inputs).flatMap(([name, input]) => {
      if (input.kind === 'none') return [];
      const members = input.kind === 'gather' ? input.members : [input];
      return members.map(({ kind, digest }, i) => {
        const parameter = this.#parameter(stage, 'input', name, kind === 'folder' ? 'Dataset' : 'File');
        const origin = origins[name]?.[i];
        const made = origin?.kind === 'run' ? this.#outputs.get(`${origin.fingerprint} ${origin.output}`) : undefined;
        const id = made ?? this.#describeData(digest, origin?.kind === 'path' ? origin.path : undefined);
        if (made === undefined) this.#external.add(id);
        else this.#consumed.add(made);
        this.#graph.addExample(id, parameter);
        return id;
      });
    });
  }

  /** Data of the workspace: never copied, and named by its digest alone in a private crate. */
  #describeData(digest: string, place: string | undefined): string {
    return this.#graph.add(`#data-${digest}`, {
      '@type': 'CreativeWork',
      name: this.#study.isPrivate || place === undefined ? digest : place,
      description: 'Data that this study read. It does not lie in this crate.',
      sha256: digest,
    });
  }

  #paramsOf(record: RunRecord): string[] {
    const { stage, axes } = record;
    const all = [
      ...namedParams(record),
      ...Object.entries(axes).map(([name, value]) => [`axis ${name}`, value] as const),
    ];
    return all.map(([name, value]) => {
      const parameter = this.#parameter(stage, 'input', name, 'PropertyValue', 'param');
      const text = this.#shown(value);
      const id = `#value-${digestOf(`${stage}\n${name}\n${text}`).slice(0, 16)}`;
      this.#graph.add(id, { '@type': 'PropertyValue', name, value: text });
      this.#graph.addExample(id, parameter);
      return id;
    });
  }

  /** In a private crate, a text that may be the name of a file is its digest. */
  #shown(value: Json): string {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const mayBeName = typeof value !== 'number' && /[/\\]|\.\w{1,8}\b/.test(text);
    return this.#study.isPrivate && mayBeName ? `sha256:${digestOf(text)}` : text;
  }

  #parameter(stage: string, side: 'input' | 'output', name: string, type: string, kind: string = side): string {
    const id = this.#graph.add(`#${idPart(stage)}-${kind}-${idPart(name)}`, {
      '@type': 'FormalParameter',
      name,
      additionalType: type,
      conformsTo: PARAMETER_PROFILE,
    });
    const bySide = side === 'input' ? this.#toolInputs : this.#toolOutputs;
    bySide.set(stage, (bySide.get(stage) ?? new Set()).add(id));
    return id;
  }

  #describeWorkflow(): void {
    const { name, workflow, records } = this.#study;
    const used = this.#study.stages.filter((stage) => records.some((record) => record.stage === stage));
    for (const [i, stage] of used.entries()) {
      this.#graph.add(`#step-${idPart(stage)}`, {
        '@type': 'HowToStep',
        name: stage,
        position: String(i + 1),
        workExample: ref(toolId(stage)),
      });
      this.#graph.add(toolId(stage), {
        '@type': 'SoftwareApplication',
        name: stage,
        softwareVersion: refsOfCode(records.filter((record) => record.stage === stage)),
        input: refs(this.#toolInputs.get(stage) ?? []),
        output: refs(this.#toolOutputs.get(stage) ?? []),
      });
    }
    this.#graph.add(workflow, {
      '@type': ['File', 'SoftwareSourceCode', 'ComputationalWorkflow', 'HowTo'],
      name,
      encodingFormat: 'application/json',
      conformsTo: ref('https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE'),
      programmingLanguage: ref('#language'),
      version: digestOf(records.map(({ fingerprint }) => fingerprint).join()).slice(0, 12),
      hasPart: refs(used.map(toolId)),
      step: refs(used.map((stage) => `#step-${idPart(stage)}`)),
    });
    this.#graph.add('#language', {
      '@type': 'ComputerLanguage',
      name: 'Pretext pipeline file',
      alternateName: 'pipeline.json',
    });
  }

  /** The run as a whole: it read what no execution made, and made what no execution read. */
  #describeRun(controls: readonly string[]): string {
    const { name, records, workflow, engine } = this.#study;
    const times = { startTime: firstStart(records), endTime: lastEnd(records) };
    const ends = [...this.#outputs.values()].filter((id) => !this.#consumed.has(id));
    const run = this.#graph.add('#study-run', {
      '@type': 'CreateAction',
      name: `run of ${name}`,
      description: `All executions behind the results of ${name}`,
      instrument: ref(workflow),
      object: refs(this.#external),
      result: refs(ends),
      ...times,
      actionStatus: COMPLETED,
    });
    this.#graph.add('#engine', { '@type': 'SoftwareApplication', name: engine.name, softwareVersion: engine.version });
    this.#graph.add('#organization', {
      '@type': 'OrganizeAction',
      name: `${engine.name} executes ${name}`,
      instrument: ref('#engine'),
      object: refs(controls),
      result: ref(run),
      ...times,
    });
    return run;
  }

  #describeRoot(actions: readonly string[]): void {
    const { name, workflow, records, license } = this.#study;
    for (const [id, title, version] of PROFILES) this.#graph.add(id, { '@type': 'CreativeWork', name: title, version });
    const isAddress = license !== undefined && URL.canParse(license);
    this.#graph.add('./', {
      '@type': 'Dataset',
      name,
      description: `Results of the study ${name} with their provenance, recorded by Pretext while it ran.`,
      datePublished: lastEnd(records),
      license: ref(isAddress ? license : '#license'),
      conformsTo: PROFILES.map(([id]) => ref(id)),
      hasPart: refs([workflow, ...this.#contents.map(idOfContent)]),
      mainEntity: ref(workflow),
      mentions: refs(actions),
    });
    const terms = license ?? 'No license is stated: all rights are reserved.';
    this.#graph.add(isAddress ? license : '#license', { '@type': 'CreativeWork', name: terms, description: terms });
    this.#graph.add('ro-crate-metadata.json', {
      '@type': 'CreativeWork',
      about: ref('./'),
      conformsTo: [ref('https://w3id.org/ro/crate/1.1'), ref('https://w3id.org/workflowhub/workflow-ro-crate/1.0')],
    });
  }
}

const toolId = (stage: string): string => `#stage-${idPart(stage)}`;

const idOf = ({ instance, fingerprint }: RunRecord): string => `${idPart(instance)}-${fingerprint.slice(0, 12)}`;

/** The digests of the code that a stage ran. */
const refsOfCode = (records: readonly RunRecord[]): string => [...new Set(records.map(codeDigestOf))].join(', ');

/** The validator takes an offset and no `Z`. */
const timeText = (time: string | number): string => new Date(time).toISOString().replace('Z', '+00:00');

const firstStart = (records: readonly RunRecord[]): string =>
  records.map(({ execution }) => timeText(execution.started)).sort()[0] ?? '';
const lastEnd = (records: readonly RunRecord[]): string =>
  records
    .map((record) => timeText(endOf(record)))
    .sort()
    .at(-1) ?? '';
