/** A command's template with its references filled in, each as one word of the shell, whatever it holds. */
import type { Json } from '../../util/json.ts';
import type { Instance } from '../pipeline.ts';
import type { Workplace } from '../ledger.ts';
import type { JobInput } from '../../stage/protocol.ts';

export function commandText(template: string, instance: Instance, { inputs, outputs }: Pick<Workplace, 'inputs' | 'outputs'>): string {
  return template.replaceAll(/\$\{([^{}]+)\}/g, (_, name: string) => {
    const [head, ...rest] = name.split('.') as [string, ...string[]];
    const last = rest.join('.');
    switch (head) {
      case 'inputs':
        return words(inputs[last]!);
      case 'outputs':
        return quote(outputs[last]!);
      case 'params':
        return quote(text(at(instance.params, rest)));
      default:
        return quote(text(rest.length === 0 ? instance.axes[head]! : (instance.params[name] ?? at(instance.params, [head, ...rest]))));
    }
  });
}

/** The same values as variables, for scripts. */
export function commandVariables(instance: Instance, { inputs, outputs }: Pick<Workplace, 'inputs' | 'outputs'>): Record<string, string> {
  const variables: Record<string, string> = {};
  const name = (kind: string, key: string): string => `PIPELINE_${kind}_${key.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
  for (const [key, value] of Object.entries(inputs)) variables[name('INPUT', key)] = typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value);
  for (const [key, value] of Object.entries(outputs)) variables[name('OUTPUT', key)] = value;
  for (const [key, value] of Object.entries(instance.params)) variables[name('PARAM', key)] = text(value);
  for (const [key, value] of Object.entries(instance.axes)) variables[name('AXIS', key)] = text(value);
  return variables;
}

/** In single quotes nothing has a meaning but the single quote. */
export const quote = (value: string): string => `'${value.replaceAll("'", `'\\''`)}'`;

/** A gathered input becomes one word per member; null becomes an empty word. */
function words(value: JobInput): string {
  if (value === null) return quote('');
  return typeof value === 'string' ? quote(value) : value.map(({ path }) => quote(path)).join(' ');
}

const text = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

function at(value: Json, path: readonly string[]): Json {
  let here = value;
  for (const step of path) here = (here as Readonly<Record<string, Json>>)[step]!;
  return here;
}
