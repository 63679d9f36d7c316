/** The cost of each stage, its hardware, and the verdicts of its audits. */
import type { Execution } from './study.ts';

export interface StageCost {
  readonly stage: string;
  readonly executions: number;
  readonly seconds: number;
  /** The greatest of its executions; null if none was measured. */
  readonly peakMemoryBytes: number | null;
  /** As recorded, such as `onnxruntime 1.30.0`; each once. */
  readonly engines: readonly string[];
  /** The number of executions for each verdict, without those that were not audited. */
  readonly audits: readonly { readonly words: string; readonly executions: number }[];
}

/** In the order in which stages first appear. */
export function stageCosts(provenance: readonly Execution[]): StageCost[] {
  const stages = [...new Set(provenance.map(({ stage }) => stage))];
  return stages.map((stage) => {
    const members = provenance.filter((execution) => execution.stage === stage);
    const peaks = members.flatMap(({ peakMemoryBytes }) => peakMemoryBytes ?? []);
    const verdicts = members.flatMap(({ audit }) => (audit === null ? [] : [auditWords(audit)]));
    return {
      stage,
      executions: members.length,
      seconds: members.reduce((sum, { seconds }) => sum + seconds, 0),
      peakMemoryBytes: peaks.length === 0 ? null : Math.max(...peaks),
      engines: [...new Set(members.flatMap(({ notes }) => (typeof notes.engine === 'string' ? [notes.engine] : [])))],
      audits: [...new Set(verdicts)].map((words) => ({
        words,
        executions: verdicts.filter((each) => each === words).length,
      })),
    };
  });
}

/** The verdict of an audit, in words. */
export function auditWords({ verdict, tolerance }: NonNullable<Execution['audit']>): string {
  switch (verdict) {
    case 'identical':
      return 'the same bytes';
    case 'within':
      return `numbers within ${tolerance}`;
    case 'different':
      return 'DIFFERENT numbers';
  }
}
