import { expect, test } from 'vitest';
import { SettingsSchema } from '../formats/settings.ts';
import { DEFAULT_SLURM } from '../runner/slurm/settings.ts';
import { readSlurmSettings } from './slurm-settings.ts';

const faults = (value: unknown): string[] =>
  readSlurmSettings(value).faults.map(({ place, message }) => `${place}: ${message}`);

test('the settings of the documentation are read', () => {
  const { slurm, faults: none } = readSlurmSettings({
    account: 'x',
    partition: { gpu: 'a100', cpu: 'short' },
    time: '4h',
    grace: '90s',
    extra: ['--qos=low'],
    licenses: { matlab: 'matlab@server' },
    interval: '30s',
    mode: 'jobs',
  });
  expect(none).toEqual([]);
  expect(slurm).toEqual({
    account: 'x',
    partition: { gpu: 'a100', cpu: 'short' },
    time: '240',
    graceSeconds: 90,
    extra: ['--qos=low'],
    licenses: { matlab: 'matlab@server' },
    intervalMs: 30_000,
    mode: 'jobs',
    allocation: { nodes: 1 },
  });
});

test('the size of an allocation is read', () => {
  const given = { mode: 'allocation', allocation: { nodes: 2, cpu: 16, memory: '64 GiB', gpu: 0 } };
  const { slurm, faults: none } = readSlurmSettings(given);
  expect(none).toEqual([]);
  expect(slurm).toMatchObject({ mode: 'allocation', allocation: { nodes: 2, cpu: 16, memory: 2 ** 36, gpu: 0 } });
});

test('settings that have no meaning in the mode are refused', () => {
  expect(faults({ allocation: { nodes: 2 } })[0]).toContain('slurm.allocation: it is the size of an allocation');
  expect(faults({ mode: 'allocation', licenses: { m: 'm@s' } })[0]).toContain('slurm.licenses: only jobs hold');
  expect(faults({ mode: 'allocation', allocation: { nodes: 0 } })[0]).toContain('got {"nodes":0}');
  expect(faults({ mode: 'allocation', allocation: { cards: 1 } })[0]).toContain('the size of each node');
});

test('nothing set is nothing sent', () => {
  expect(readSlurmSettings({}).slurm).toEqual(DEFAULT_SLURM);
});

test('one partition counts for all stages, and times of Slurm stay as they are', () => {
  expect(readSlurmSettings({ partition: 'main', time: '1-12:00:00' }).slurm).toMatchObject({
    partition: { gpu: 'main', cpu: 'main' },
    time: '1-12:00:00',
  });
});

test('all faults are told, with what is allowed', () => {
  expect(faults({ partition: { gpus: 'x' }, time: '30s', grace: '30s', extra: '--qos=low', interval: 5 })).toEqual([
    'slurm.partition: expected the name of a partition, or { "gpu": NAME, "cpu": NAME }, got {"gpus":"x"}',
    'slurm.time: expected a duration such as "12h", at least "1m", or a time of Slurm such as "1-12:00:00", got "30s"',
    'slurm.grace: expected a duration of at least "60s", because Slurm looks at time limits every 30 s, got "30s"',
    'slurm.extra: expected a list of options of sbatch, such as ["--qos=low"], got "--qos=low"',
    'slurm.interval: expected a duration such as "10s", at least "1s", got 5',
  ]);
  expect(faults([])).toEqual(['slurm: expected an object, got []']);
});

test('an option of sbatch with a place of its own is refused with that place', () => {
  expect(faults({ extra: ['--time=4h'] })[0]).toContain('--time=4h belongs to slurm.time');
  expect(faults({ extra: ['-A', 'x'] })[0]).toContain('-A belongs to slurm.account');
  expect(faults({ extra: ['--array=1-9'] })[0]).toContain('--array=1-9 is one of them');
  expect(faults({ extra: ['--qos=low', '--constraint=v100', '-C', 'v100', '-p', 'x', '--gres=gpu:a100:1'] })).toEqual(
    [],
  );
});

test('an unknown key gets a suggestion, or the known ones', () => {
  expect(readSlurmSettings({ acount: 'x' }).faults).toMatchObject([{ suggestion: 'account' }]);
  expect(readSlurmSettings({ qos: 'low' }).faults[0]?.remedy).toContain('slurm.extra');
});

test('the schema knows the same keys', () => {
  const keys = Object.keys(SettingsSchema.properties.slurm.properties);
  for (const key of keys) expect(faults({ [key]: {} }).join()).not.toContain('unknown setting');
  expect(keys).toHaveLength(9);
});
