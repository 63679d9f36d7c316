/** A plan as one JSON document, for `status --json` and for the first event of a run. */
import type { InstanceDocument, PlanDocument } from '../formats/events.ts';
import type { Plan, PlanEntry } from '../runner/plan.ts';

export function planDocument(plan: Plan): PlanDocument {
  const counts = { fresh: 0, restore: 0, run: 0, blocked: 0 };
  for (const { verdict } of plan.entries) counts[verdict.kind]++;
  return { pipeline: plan.pipeline.name, counts, instances: plan.entries.map(instanceDocument) };
}

export function instanceDocument({ instance, verdict, expectedSeconds, unpublished }: PlanEntry): InstanceDocument {
  const fingerprint = verdict.kind === 'blocked' ? undefined : verdict.fingerprint;
  return {
    id: instance.id,
    stage: instance.stage,
    axes: instance.axes,
    verdict: verdict.kind,
    reasons: verdict.kind === 'fresh' ? [] : verdict.reasons,
    ...(fingerprint !== undefined && { fingerprint }),
    ...(expectedSeconds !== undefined && { expectedSeconds }),
    ...(unpublished.length > 0 && { unpublished }),
  };
}
