/** The load of the machine that the server runs on. */
import type { JSX } from 'preact';
import type { GpuState, MachineState } from '../state.ts';
import { bytes, counted, percent } from './words.ts';

const [WIDTH, HEIGHT] = [240, 44];

export function Machine({ machine }: { readonly machine: MachineState }): JSX.Element {
  const { host, cpus, cpu, memory, memoryBytes, gpus, step } = machine;
  const used = (memory.at(-1) ?? 0) * memoryBytes;
  return (
    <section>
      <h2>Machine</h2>
      <ul class="loads">
        <Load name="Processor" detail={`of ${counted(cpus, 'core')}`} values={cpu} step={step} color={0} />
        <Load name="Memory" detail={`${bytes(used)} of ${bytes(memoryBytes)}`} values={memory} step={step} color={2} />
        {gpus.map((gpu, index) => (
          <Gpu key={index} gpu={gpu} number={index} step={step} />
        ))}
      </ul>
      <p class="note">
        {host}, the last five minutes{gpus.length === 0 ? '; no GPU that nvidia-smi tells of' : ''}.
      </p>
    </section>
  );
}

function Gpu({ gpu, number, step }: { readonly gpu: GpuState; readonly number: number; readonly step: number }) {
  const used = (gpu.memory.at(-1) ?? 0) * gpu.memoryBytes;
  const facts = [
    gpu.name,
    gpu.celsius === undefined ? undefined : `${gpu.celsius} °C`,
    gpu.watts === undefined ? undefined : `${Math.round(gpu.watts)} W`,
  ];
  return (
    <>
      {gpu.load.length > 0 && (
        <Load
          name={`GPU ${number}`}
          detail={facts.filter((fact) => fact !== undefined).join(', ')}
          values={gpu.load}
          step={step}
          color={1}
        />
      )}
      {gpu.memory.length > 0 && (
        <Load
          name={`GPU ${number} memory`}
          detail={`${bytes(used)} of ${bytes(gpu.memoryBytes)}`}
          values={gpu.memory}
          step={step}
          color={3}
        />
      )}
    </>
  );
}

interface LoadProps {
  readonly name: string;
  readonly detail: string;
  /** Shares of 1, the newest last. */
  readonly values: readonly number[];
  /** Seconds between two of them. */
  readonly step: number;
  readonly color: number;
}

/** Five minutes fill the picture. */
const SPAN_SECONDS = 300;

function Load({ name, detail, values, step, color }: LoadProps): JSX.Element {
  const now = percent(values.at(-1) ?? 0);
  const place = (value: number, index: number): string => {
    const age = (values.length - 1 - index) * step;
    return `${Math.round(WIDTH * (1 - age / SPAN_SECONDS) * 10) / 10},${Math.round((HEIGHT - 1 - value * (HEIGHT - 3)) * 10) / 10}`;
  };
  const line = values.map(place).join('L');
  const first = WIDTH * (1 - ((values.length - 1) * step) / SPAN_SECONDS);
  return (
    <li class={`series-${color}`}>
      <p>
        <strong>{name}</strong> <span class="now">{now}</span> <span class="soft">{detail}</span>
      </p>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`${name}: ${now} now`}>
        <path class="grid" d={`M0,${HEIGHT - 0.5}H${WIDTH}M0,1H${WIDTH}`} />
        <path class="band" d={`M${line}L${WIDTH},${HEIGHT}L${first},${HEIGHT}Z`} />
        <path class="line" d={`M${line}`} />
      </svg>
    </li>
  );
}
