/** Compares instances with the contracts of their modules: every fault at the place where it is written. */
import type { StageContract } from '../../stage/definition/contract.ts';
import type { ContractFault } from '../../stage/definition/fault.ts';
import { contractFaults, type GivenStage } from '../../stage/definition/faults.ts';
import type { GivenInput } from '../../stage/definition/input-faults.ts';
import type { Locate } from '../config/locate.ts';
import type { Diagnostic, SourceLocation } from '../../formats/diagnostic.ts';
import type { Input, Instance } from '../pipeline.ts';

/**
 * A fault that many instances share is there once, and so is one of a value that several stages use.
 * @param contracts by module; other modules are not compared
 */
export function checkInstances(
  instances: readonly Instance[],
  contracts: ReadonlyMap<string, StageContract>,
  locate: Locate,
): Diagnostic[] {
  const found = new Map<string, LocatedFault>();
  for (const instance of instances) {
    const contract = instance.body.kind === 'module' ? contracts.get(instance.body.module) : undefined;
    if (contract === undefined) continue;
    for (const fault of contractFaults(contract, givenBy(instance))) {
      const located = locateFault(fault, instance, locate);
      const { diagnostic, value } = located;
      const key = JSON.stringify([diagnostic.code, value ?? diagnostic.location, diagnostic.message]);
      const known = found.get(key);
      if (known === undefined) found.set(key, located);
      else known.uses.set(JSON.stringify(diagnostic.location), diagnostic.location);
    }
  }
  return [...found.values()].map(diagnosticOf);
}

interface LocatedFault {
  readonly diagnostic: Diagnostic;
  /** The place of the value, where a stage names a parameter or an axis. */
  readonly value: SourceLocation | undefined;
  /** The places that use the value. */
  readonly uses: Map<string, SourceLocation | undefined>;
}

function locateFault(
  { code, message, suggestion, remedy, ...part }: ContractFault,
  instance: Instance,
  locate: Locate,
): LocatedFault {
  const { location, value } = locate(instance, part);
  const diagnostic: Diagnostic = {
    code,
    severity: 'error',
    message: part.path.length === 0 ? `stage "${instance.stage}": ${message}` : message,
    location,
    ...(suggestion !== undefined && { suggestion }),
    ...(remedy !== undefined && suggestion === undefined && { remedy }),
  };
  return { diagnostic, value, uses: new Map([[JSON.stringify(location), location]]) };
}

function diagnosticOf({ diagnostic, value, uses }: LocatedFault): Diagnostic {
  if (value === undefined) return diagnostic;
  const others = [...uses.values()].slice(1).flatMap((location) => location ?? []);
  return {
    ...diagnostic,
    related: [
      { message: 'the value is written here', location: value },
      ...others.map((location) => ({ message: 'it is used here as well', location })),
    ],
  };
}

function givenBy({ inputs, params, outputs }: Instance): GivenStage {
  const given = Object.entries(inputs).map(([name, input]) => [name, givenInput(input)] as const);
  return { inputs: Object.fromEntries(given), params, outputs: Object.keys(outputs) };
}

function givenInput(input: Input): GivenInput {
  switch (input.kind) {
    case 'none':
      return { kind: 'null' };
    case 'path':
      return { kind: 'single', maybe: input.optional };
    case 'glob':
    case 'output':
      return { kind: 'single', maybe: false };
    case 'gather':
      return { kind: 'gathered', members: input.members };
  }
}
