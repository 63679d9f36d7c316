/** The table of functions and structures, against the header that comes with a plugin. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { testedEngines } from '../../test-engines.test-support.ts';
import { API_HEADER, NEWER_PLUGIN } from '../installation/parts.ts';
import { findXla } from '../installation/place.ts';
import {
  ELEMENT_TYPES,
  ERROR_CODES,
  FUNCTIONS,
  IMMUTABLE_UNTIL_TRANSFER_COMPLETES,
  OLDEST_MINOR,
  structure,
  STRUCTURES,
  VALUE_TYPES,
  wordOf,
} from './api.ts';
import { loadPlugin } from './plugin.ts';

const isTested = testedEngines('xla').length > 0;
const folder = findXla(['cpu'])?.folder ?? '';
const header = isTested ? readFileSync(path.join(folder, API_HEADER), 'utf8').replace(/\/\/[^\n]*/g, '') : '';

interface Field {
  readonly name: string;
  readonly bytes: number;
}

/** Bytes of a member; everything that is neither one of these nor an enumeration is a pointer or has eight bytes. */
function bytesOf(type: string): number {
  if (type.includes('*') || type.includes('(')) return 8;
  if (/\bbool\b/.test(type)) return 1;
  return /\bint\b|\bfloat\b|_Type\b|_Code\b|PJRT_HostBufferSemantics/.test(type) ? 4 : 8;
}

/** The members of a structure of the header, at the offsets that C gives them. */
function membersOf(name: string): (Field & { readonly at: number })[] {
  const body = new RegExp(`struct ${name} \\{([^]*?)\\n\\};`).exec(header)?.[1];
  if (body === undefined) throw new Error(`The header has no structure ${name}.`);
  const members = body
    .replace(/union \{[^]*?\};/, 'int64_t value;')
    .split(';')
    .map((member) => member.replace(/\s+/g, ' ').trim())
    .filter((member) => member !== '')
    .map((member): Field => {
      const called = /\(\*(\w+)\)/.exec(member)?.[1] ?? /(\w+)$/.exec(member)?.[1] ?? '';
      return { name: called, bytes: bytesOf(member) };
    });
  let end = 0;
  return members.map((member) => {
    const at = Math.ceil(end / member.bytes) * member.bytes;
    end = at + member.bytes;
    return { ...member, at };
  });
}

const HEADER_FIELDS = ['struct_size', 'extension_start'];

/** What the table says of a structure whose members are words: their names, in order, at multiples of eight bytes. */
function expectMembers(name: string, fields: readonly string[], appended = 0): void {
  const members = membersOf(name);
  const known = [...HEADER_FIELDS, ...fields];
  // The header is the oldest one that is supported: later ones append.
  expect(members.slice(0, known.length).map((member) => member.name)).toEqual(known);
  expect(members.length).toBeLessThanOrEqual(known.length + appended);
  expect(members.map(({ at }) => at)).toEqual(members.map((_, i) => 8 * i));
}

describe.skipIf(!isTested)('the table of the PJRT API', () => {
  test.each(Object.entries(FUNCTIONS))('%s has the arguments of the header', (name, { fields, ...more }) => {
    expectMembers(`PJRT_${name}_Args`, fields, 'appended' in more ? more.appended : 0);
  });

  test.each(Object.entries(STRUCTURES))('%s has the members of the header', (name, { fields, ...more }) => {
    expectMembers(`PJRT_${name}`, fields, 'appended' in more ? more.appended : 0);
  });

  test('every function has the slot of the header', () => {
    const slots = Array.from(header.matchAll(/_PJRT_API_STRUCT_FIELD\(PJRT_(\w+)\);/g), ([, name]) => name);
    for (const [name, { slot }] of Object.entries(FUNCTIONS)) expect(slots.indexOf(name), name).toBe(slot);
  });

  test('enumerations have the values of the header', () => {
    const valuesOf = (last: string): Map<string, number> => {
      const body = new RegExp(`enum \\{([^}]*)\\} ${last};`).exec(header)?.[1] ?? '';
      let next = 0;
      return new Map(
        body.split(',').flatMap((entry): [string, number][] => {
          const [, name, value] = /(\w+)(?: = (\d+))?/.exec(entry.trim()) ?? [];
          if (name === undefined) return [];
          next = value === undefined ? next : Number(value);
          return [[name, next++]];
        }),
      );
    };
    const types = valuesOf('PJRT_Buffer_Type');
    const [PRED, S32, U8, F32] = ['PRED', 'S32', 'U8', 'F32'].map((name) => types.get(`PJRT_Buffer_Type_${name}`));
    expect({ bool: PRED, int32: S32, uint8: U8, float32: F32 }).toEqual(ELEMENT_TYPES);
    const kinds = valuesOf('PJRT_NamedValue_Type');
    for (const [name, kind] of Object.entries({
      String: 'string',
      Int64: 'int64',
      Int64List: 'int64List',
      Float: 'float',
      Bool: 'bool',
    } as const))
      expect(kinds.get(`PJRT_NamedValue_k${name}`), name).toBe(VALUE_TYPES[kind]);
    const codes = valuesOf('PJRT_Error_Code');
    expect(codes.get('PJRT_Error_Code_RESOURCE_EXHAUSTED')).toBe(ERROR_CODES.resourceExhausted);
    const semantics = valuesOf('PJRT_HostBufferSemantics');
    expect(semantics.get('PJRT_HostBufferSemantics_kImmutableUntilTransferCompletes')).toBe(
      IMMUTABLE_UNTIL_TRANSFER_COMPLETES,
    );
  });

  test('the header is of the oldest version, and a newer plugin is taken too', () => {
    expect(/#define PJRT_API_MINOR (\d+)/.exec(header)?.[1]).toBe(String(OLDEST_MINOR));
    expect(loadPlugin(path.join(folder, NEWER_PLUGIN)).version).toBe('0.115');
  });
});

test('a structure begins with its size, and holds fields at their words', () => {
  const { fields } = STRUCTURES.Program;
  const words = structure(STRUCTURES.Program, { code_size: 7, format: -1 });
  expect([...words]).toEqual([48n, 0n, 0n, 7n, 2n ** 64n - 1n, 0n]);
  expect(wordOf(fields, 'code_size')).toBe(3);
  expect(() => wordOf(fields, 'size')).toThrow('Internal error');
});
