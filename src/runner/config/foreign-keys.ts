/** Keys of DVC, Snakemake, GitHub Actions, wireit and others, and the keys that mean the same here. */

export interface ForeignKey {
  /** The key to write instead; none where the remedy says more than one word could. */
  readonly suggestion?: string;
  readonly remedy: string;
}

/** @param title the title of the schema's rule for the object that holds the key */
export function foreignKey(title: string | undefined, key: string): ForeignKey | undefined {
  return KEYS[title ?? '']?.[key.toLowerCase().replaceAll(/[-_]/g, '')];
}

const INPUTS: ForeignKey = {
  suggestion: 'inputs',
  remedy: 'Inputs have names: "inputs": { "table": "data/table.csv", "model": "@train/model" }.',
};
const OUTPUTS: ForeignKey = {
  suggestion: 'outputs',
  remedy: 'Outputs have names: "outputs": { "model": "model.bin" }. A command writes to ${outputs.model}.',
};
const COMMAND: ForeignKey = {
  suggestion: 'command',
  remedy: 'A command is one text for the shell: "command": "python3 train.py ${inputs.table} > ${outputs.model}".',
};
const ORDER: ForeignKey = {
  suggestion: 'inputs',
  remedy: 'The order follows from inputs: a stage runs after those that it reads, "inputs": ["@train/model"].',
};
const MATRIX: ForeignKey = {
  suggestion: 'matrix',
  remedy: 'A stage runs once for each combination: "matrix": { "seed": [0, 1, 2] }.',
};
const METRICS: ForeignKey = {
  remedy: 'It belongs to an output: "outputs": { "scores": { "file": "scores.json", "metrics": true } }.',
};
const FOLDER: ForeignKey = { remedy: 'Commands run in the project root; write "command": "cd FOLDER && ...".' };
const ENVIRONMENT: ForeignKey = {
  suggestion: 'env',
  remedy: 'It lists the variables that the stage may see: "env": ["TZ"].',
};
const ALWAYS: ForeignKey = {
  remedy:
    'Results are always kept. A stage runs again when something that it reads has changed; --force runs it anyway.',
};
const ACTIVATE: ForeignKey = { remedy: 'Activate it in the command, for instance "command": "conda run -n NAME ...".' };
const STAGES: ForeignKey = { suggestion: 'stages', remedy: 'Stages have names: "stages": { "train": { ... } }.' };
const IGNORE: ForeignKey = {
  suggestion: 'ignore',
  remedy: 'It lists patterns of files that are no part of an input: "ignore": ["*.bak", "scratch/"].',
};
const BASE: ForeignKey = {
  suggestion: 'extends',
  remedy: 'It names a pipeline file, or a list of them: "extends": "base.json".',
};

/** By the title of the rule, then by the key in small letters without `-` and `_`. */
const KEYS: Readonly<Record<string, Readonly<Record<string, ForeignKey>>>> = {
  'a stage': {
    deps: INPUTS,
    dependencies: INPUTS,
    input: INPUTS,
    files: INPUTS,
    sources: INPUTS,
    outs: OUTPUTS,
    output: OUTPUTS,
    targets: OUTPUTS,
    artifacts: OUTPUTS,
    cmd: COMMAND,
    run: COMMAND,
    script: COMMAND,
    exec: COMMAND,
    steps: COMMAND,
    needs: ORDER,
    dependson: ORDER,
    after: ORDER,
    requires: ORDER,
    foreach: MATRIX,
    strategy: MATRIX,
    each: MATRIX,
    metrics: METRICS,
    plots: METRICS,
    wdir: FOLDER,
    cwd: FOLDER,
    workdir: FOLDER,
    workingdirectory: FOLDER,
    environment: ENVIRONMENT,
    variables: ENVIRONMENT,
    alwayschanged: ALWAYS,
    frozen: ALWAYS,
    cache: ALWAYS,
    conda: ACTIVATE,
    container: ACTIVATE,
    image: ACTIVATE,
    desc: { suggestion: 'description', remedy: 'It says what the stage does, for people.' },
    with: { suggestion: 'params', remedy: 'Parameters count for the fingerprint: "params": { "epochs": 10 }.' },
    vars: { suggestion: 'params', remedy: 'Parameters count for the fingerprint: "params": { "epochs": 10 }.' },
    threads: { suggestion: 'resources', remedy: 'It counts what a stage occupies: "resources": { "cpu": 4 }.' },
    uses: { suggestion: 'module', remedy: 'It names a TypeScript or JavaScript file: "module": "stages/train.ts".' },
    retry: { suggestion: 'retries', remedy: 'It is a number: "retries": 2.' },
    timeoutminutes: { suggestion: 'timeout', remedy: 'It is a duration: "timeout": "30m".' },
    name: { remedy: 'The name of a stage is its key: "stages": { "train": { ... } }.' },
    template: { suggestion: 'extends', remedy: 'It names a template: "extends": "training".' },
  },
  'a pipeline': {
    gitignore: IGNORE,
    dvcignore: IGNORE,
    exclude: IGNORE,
    excludes: IGNORE,
    jobs: STAGES,
    rules: STAGES,
    tasks: STAGES,
    steps: STAGES,
    pipeline: STAGES,
    vars: {
      suggestion: 'params',
      remedy: 'Values that stages use: "params": { "epochs": 10 }, used as ${params.epochs}.',
    },
    env: { remedy: 'Each stage lists the variables that it may see: "env": ["TZ"].' },
    matrix: { suggestion: 'axes', remedy: 'Axes at the top are shared; a stage uses one by "matrix": ["seed"].' },
    defaults: { suggestion: 'templates', remedy: 'A stage takes a template by "extends": "training".' },
    include: BASE,
    import: BASE,
    metrics: METRICS,
    plots: METRICS,
  },
  'a file name, a folder name that ends in /, or an object with "file"': {
    path: { suggestion: 'file', remedy: 'It is the name of the file that the stage writes.' },
    name: { suggestion: 'file', remedy: 'It is the name of the file that the stage writes.' },
    cache: ALWAYS,
    persist: ALWAYS,
    push: { suggestion: 'commit', remedy: '"commit": true keeps a copy beside the lockfile.' },
    metric: { suggestion: 'metrics', remedy: 'It is true or false.' },
  },
};
