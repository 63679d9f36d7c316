/** 10. The origin of every number, and the commands to make it again. */
import type { JSX } from 'preact';
import { Dag } from '../chart/dag.tsx';
import { bytes, counted, NONE, seconds } from '../format.ts';
import { DataTable, Figure, Name, Section } from '../parts.tsx';
import { flat } from '../settings.ts';
import { auditWords, stageCosts } from '../stage-costs.ts';
import { stageGraph, type StageGraph } from '../stage-graph.ts';
import type { Execution, Study } from '../study.ts';

const SHORT_DIGEST = 12;

export function ProvenanceSection({
  study,
}: {
  /** Studies of masks publish no predictions. */
  readonly study: Pick<Study, 'provenance' | 'rerun'> & Partial<Pick<Study, 'publishesPredictions'>>;
}): JSX.Element {
  const { provenance, rerun, publishesPredictions = false } = study;
  const graph = stageGraph(provenance);
  return (
    <Section id="provenance" title="Origin of these numbers">
      <p>
        Every result is identified by the SHA-256 of its code, parameters and inputs. The same commands make this page
        again; unchanged stages are not run again.
      </p>
      <pre class="scroll" tabIndex={0} aria-label="Commands">
        {rerun.join('\n')}
      </pre>
      {publishesPredictions && (
        <p>
          The folder <code>predictions</code> beside this page has the probabilities of every model for every validation
          and test image, one table for each data set. Every score of this page can be computed from them.
        </p>
      )}
      {graph.nodes.length > 0 && <StagesFigure graph={graph} />}
      {provenance.length > 0 && <Costs of={provenance} />}
      {provenance.length > 0 && (
        <details>
          <summary>All {counted(provenance.length, 'execution')}</summary>
          <DataTable
            label="Executions"
            head={[
              'execution',
              'fingerprint',
              'code',
              'parameters',
              'recorded',
              'executed again',
              'time',
              'peak memory',
            ]}
            texts={[0, 1, 2, 3, 4, 5]}
            rows={provenance.map(executionRow)}
          />
        </details>
      )}
    </Section>
  );
}

function StagesFigure({ graph: { nodes, edges } }: { readonly graph: StageGraph }): JSX.Element {
  return (
    <Figure
      id="dag"
      caption="Stages, producers above consumers. An arrow goes from a stage to each stage that reads its outputs."
      data={{
        label: 'Stages and their inputs',
        head: ['stage', 'reads', 'executions', 'time'],
        texts: [0, 1],
        rows: nodes.map((node) => [
          node.name,
          node.reads.join(', ') || NONE,
          String(node.executions),
          seconds(node.seconds),
        ]),
      }}
    >
      <Dag
        id="dag-stages"
        title="The pipeline’s stages"
        description={nodes
          .map((node) =>
            node.reads.length === 0
              ? `${node.name} reads no other stage`
              : `${node.name} reads ${node.reads.join(', ')}`,
          )
          .join('. ')}
        nodes={nodes.map((node) => ({
          name: node.name,
          note: `${node.executions === 1 ? '' : `${counted(node.executions, 'run')}, `}${seconds(node.seconds)}`,
        }))}
        edges={edges}
      />
    </Figure>
  );
}

function Costs({ of }: { readonly of: readonly Execution[] }): JSX.Element {
  return (
    <>
      <h3>What it took</h3>
      <DataTable
        label="Time, memory and engine of each stage"
        head={['stage', 'engine', 'executed again', 'executions', 'time', 'peak memory']}
        texts={[0, 1, 2]}
        rows={stageCosts(of).map(({ stage, engines, audits, executions, seconds: time, peakMemoryBytes }) => [
          <Name key="stage">{stage}</Name>,
          engines.join(', ') || NONE,
          audits.map((audit) => `${counted(audit.executions, 'time')}: ${audit.words}`).join(', ') || 'not asked for',
          String(executions),
          seconds(time),
          peakMemoryBytes === null ? NONE : bytes(peakMemoryBytes),
        ])}
      />
      <p class="note">
        Time is summed over executions, memory is that of the greatest. “Executed again”: by{' '}
        <code>pipeline run --audit</code>, whose outputs were compared with the kept ones.
      </p>
    </>
  );
}

function executionRow({
  id,
  fingerprint,
  code,
  params,
  notes,
  seconds: time,
  peakMemoryBytes,
  audit,
}: Execution): JSX.Element[] {
  return [
    <Name key="id">{id}</Name>,
    <code key="fingerprint">{fingerprint.slice(0, SHORT_DIGEST)}</code>,
    <code key="code">{code.slice(0, SHORT_DIGEST)}</code>,
    <Pairs key="params" of={flat(params)} />,
    <Pairs key="notes" of={flat(notes)} />,
    <>{audit === null ? NONE : auditWords(audit)}</>,
    <>{seconds(time)}</>,
    <>{peakMemoryBytes === null ? NONE : bytes(peakMemoryBytes)}</>,
  ];
}

function Pairs({ of }: { readonly of: ReadonlyMap<string, string> }): JSX.Element {
  return <span class="pairs-text">{[...of].map(([name, value]) => `${name} ${value}`).join(' · ') || NONE}</span>;
}
