/** `pipeline serve`: a page on this machine that shows the runs on the store as they go on. */
import { lockFileOf } from '../../runner/config/lock-file.ts';
import type { Look } from '../../serve/index.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { failureText } from '../failure-text.ts';
import { listenForInterruption } from '../interruption.ts';
import { openProject, withOpenPipeline, type Project, type ProjectOptions } from '../project.ts';
import { refusalOf } from '../refusal-of.ts';
import { refuse } from '../refusal.ts';
import type { Terminal } from '../terminal.ts';
import { version } from '../version.ts';

export interface ServeOptions extends ProjectOptions {
  readonly port?: number;
}

/** Ends with Ctrl-C. Runs do not need it and go on. */
export async function serve(options: ServeOptions, terminal: Terminal): Promise<ExitCode> {
  const { serveStudies } = await import('../../serve/index.ts');
  const project = await openProject(options, terminal);
  const { root, file, name } = project.pipeline;
  const interruption = listenForInterruption({
    message: () => undefined,
    killNow: (code) => process.exit(code),
    now: Date.now,
  });
  try {
    const served = await serveStudies({
      storeFolder: project.storeFolder,
      home: { root, file, name },
      concerning: [file, lockFileOf(file)],
      look: () => look(options, terminal),
      words: { failure: failureText },
      port: options.port ?? 0,
      version,
    });
    if (!served.ok) throw refusedPort(options.port, served.error);
    terminal.results.write(`${served.value.url}\n`);
    tellUse(project, served.value.port, terminal);
    await aborted(interruption.signal);
    served.value.close();
    return interruption.code() ?? exitCode.interrupted;
  } finally {
    interruption.stopListening();
  }
}

/** Faults of the pipeline file are shown on the page, because the file may be mended meanwhile. */
async function look(options: ServeOptions, terminal: Terminal): Promise<Look> {
  const silent = { ...terminal.messages, write: () => undefined };
  try {
    const project = await openProject(options, { ...terminal, messages: silent });
    const plan = await withOpenPipeline(project, ({ planner }) =>
      planner.plan(project.pipeline.instances, { force: new Set() }),
    );
    return { kind: 'plan', plan };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    return { kind: 'problem', message: refusal.message };
  }
}

function refusedPort(port: number | undefined, error: NodeJS.ErrnoException): Error {
  return refuse('port-refused', `the page cannot be served at port ${port ?? 'of its own'}: ${error.message}`, {
    remedy: 'Name another port, or leave out --port: then any free one is taken.',
  });
}

function tellUse({ pipeline }: Project, port: number, { messages }: Terminal): void {
  messages.write(
    `The page shows ${pipeline.name} until Ctrl-C; runs do not need it. Whoever has its address may read it.\n` +
      `From another machine: ssh -L ${port}:127.0.0.1:${port} <this machine>, then the same address there.\n`,
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
  });
}
