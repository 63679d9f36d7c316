/** The behavior of every storage of a remote. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { RemoteStorage } from './storage.ts';

/** @param open opens the same empty place each time */
export function storageContract(open: () => Promise<RemoteStorage>): void {
  const name = (): string => `x/${randomBytes(8).toString('hex')}`;

  test('an object comes back as it was put, whole and in part', async () => {
    const storage = await open();
    const [key, bytes] = [name(), randomBytes(200_001)];
    expect(await storage.get(key)).toBeUndefined();
    expect(await storage.size(key)).toBeUndefined();
    expect(await storage.put(key, bytes)).toBe(true);
    expect(await storage.size(key)).toBe(bytes.length);
    expect((await storage.get(key))?.equals(bytes)).toBe(true);
    const part = await storage.get(key, { offset: 100_000, length: 70_000 });
    expect(part?.equals(bytes.subarray(100_000, 170_000))).toBe(true);
    await storage.close();
  });

  test('the first writer wins, and `replaces` lets the last one win', async () => {
    const [first, second] = [await open(), await open()];
    const key = name();
    const results = await Promise.all(
      Array.from({ length: 6 }, (_, i) => (i % 2 ? first : second).put(key, Buffer.from(`writer ${i}`))),
    );
    const winner = results.indexOf(true);
    expect(results.filter(Boolean)).toHaveLength(1);
    expect((await first.get(key))?.toString()).toBe(`writer ${winner}`);
    expect(await second.put(key, Buffer.from('another'), { replaces: true })).toBe(true);
    expect((await first.get(key))?.toString()).toBe('another');
    await Promise.all([first.close(), second.close()]);
  });

  test('a list names objects of all levels with size and time, and drafts are not among them', async () => {
    const storage = await open();
    const folder = `y/${randomBytes(4).toString('hex')}`;
    const names = ['a', 'b/c', 'b/d/e'].map((each) => `${folder}/${each}`);
    for (const each of names) await storage.put(each, Buffer.from(each));
    const listed = await storage.list(folder);
    expect(listed.map((each) => each.name).sort()).toEqual(names);
    expect(listed.every(({ bytes }) => bytes >= folder.length)).toBe(true);
    expect(Math.abs((listed[0]?.modifiedMs ?? 0) - Date.now())).toBeLessThan(600_000);
    expect(await storage.list('nothing')).toEqual([]);
    expect(await storage.list('tmp')).toEqual([]);
    await storage.close();
  });

  test('removed objects are gone, and removing them again is no error', async () => {
    const storage = await open();
    const keys = [name(), name()];
    for (const key of keys) await storage.put(key, Buffer.from('x'));
    await storage.remove(keys);
    await storage.remove(keys);
    expect(await storage.get(keys[0] ?? '')).toBeUndefined();
    await storage.close();
  });

  test('an empty object, and several large ones at once', async () => {
    const storage = await open();
    const empty = name();
    await storage.put(empty, Buffer.alloc(0));
    expect(await storage.size(empty)).toBe(0);
    expect((await storage.get(empty))?.length).toBe(0);
    const large = Array.from({ length: 4 }, () => ({ key: name(), bytes: randomBytes(3_000_000) }));
    await Promise.all(large.map(({ key, bytes }) => storage.put(key, bytes)));
    const back = await Promise.all(large.map(({ key }) => storage.get(key)));
    expect(back.map((each, i) => each?.equals(large[i]?.bytes ?? Buffer.alloc(0)))).toEqual([true, true, true, true]);
    await storage.close();
  });
}
