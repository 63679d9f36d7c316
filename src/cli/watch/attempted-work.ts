/** The work tried so far: equal work is not tried again only because some file has changed. */
import type { RunEvent } from '../../runner/event.ts';
import type { Plan, PlanEntry } from '../../runner/plan.ts';

export class AttemptedWork {
  readonly #keys = new Set<string>();

  /** True if the plan has work that was not tried in its present form. */
  isNew({ entries }: Plan): boolean {
    return entries.some(
      (entry) => entry.verdict.kind === 'restore' || (entry.verdict.kind === 'run' && !this.#keys.has(keyOf(entry))),
    );
  }

  /** Earlier work is forgotten: a change that is undone and done again is tried again. */
  begin({ entries }: Plan): void {
    this.#keys.clear();
    for (const entry of entries) if (entry.verdict.kind === 'run') this.#keys.add(keyOf(entry));
  }

  /** Its producers were not done at the time of the plan; now its identity is known. */
  hear(event: RunEvent): void {
    if (event.type === 'started') this.#keys.add(`${event.id} ${event.fingerprint}`);
  }
}

function keyOf({ instance, verdict }: PlanEntry): string {
  const known = verdict.kind === 'run' ? verdict.fingerprint : undefined;
  return `${instance.id} ${known ?? JSON.stringify('reasons' in verdict ? verdict.reasons : [])}`;
}
