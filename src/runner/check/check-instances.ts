/** Compares instances with the contracts of their modules: every fault at the place where it is written. */
import type { StageContract } from '../../stage/definition/contract.ts';
import type { ContractFault } from '../../stage/definition/fault.ts';
import { contractFaults, type GivenStage } from '../../stage/definition/faults.ts';
import type { GivenInput } from '../../stage/definition/input-faults.ts';
import type { Locate } from '../config/locate.ts';
import type { Diagnostic } from '../../formats/diagnostic.ts';
import type { Input, Instance } from '../pipeline.ts';

/** A fault that many instances share is there once. `contracts`: by module; other modules are not compared. */
export function checkInstances(
  instances: readonly Instance[],
  contracts: ReadonlyMap<string, StageContract>,
  locate: Locate,
): Diagnostic[] {
  const diagnostics = new Map<string, Diagnostic>();
  for (const instance of instances) {
    const contract = instance.body.kind === 'module' ? contracts.get(instance.body.module) : undefined;
    if (contract === undefined) continue;
    for (const fault of contractFaults(contract, givenBy(instance))) {
      const diagnostic = diagnosticOf(fault, instance, locate);
      const key = JSON.stringify([diagnostic.code, diagnostic.location, diagnostic.message]);
      if (!diagnostics.has(key)) diagnostics.set(key, diagnostic);
    }
  }
  return [...diagnostics.values()];
}

function diagnosticOf(
  { code, message, suggestion, remedy, ...part }: ContractFault,
  instance: Instance,
  locate: Locate,
): Diagnostic {
  const { location, value } = locate(instance, part);
  return {
    code,
    severity: 'error',
    message: part.path.length === 0 ? `stage "${instance.stage}": ${message}` : message,
    location,
    ...(suggestion !== undefined && { suggestion }),
    ...(remedy !== undefined && suggestion === undefined && { remedy }),
    ...(value !== undefined && { related: [{ message: 'the value is written here', location: value }] }),
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
