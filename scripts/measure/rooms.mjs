/** Rooms of the map in CONTRIBUTING.md, and exported names that occur twice in one of them. */

/** Folders in the first column of the map. One without a slash lies beside the folder that is named before it. */
export function roomsOf(contributing) {
  return contributing
    .split('\n')
    .map((line) => /^\| (`[^|]*`) \|/.exec(line)?.[1])
    .filter((cell) => cell !== undefined)
    .flatMap((cell) => {
      const names = [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
      const parent = names[0].slice(0, names[0].lastIndexOf('/') + 1);
      return names.map((name) => (name.includes('/') ? name : parent + name));
    });
}

/** The innermost room of a file; a file outside of all rooms belongs to its folder. */
export function roomOf(file, rooms) {
  const around = rooms.filter((room) => file.startsWith(`${room}/`)).sort((a, b) => b.length - a.length);
  return around[0] ?? file.slice(0, file.lastIndexOf('/'));
}

/** `exported`: `[{ file, names }]`. Gives `[{ room, name, files }]`, names that two or more files of a room export. */
export function namesUsedTwice(exported, rooms) {
  const places = new Map();
  for (const { file, names } of exported) {
    for (const name of new Set(names)) {
      const key = JSON.stringify([roomOf(file, rooms), name]);
      places.set(key, [...(places.get(key) ?? []), file]);
    }
  }
  return [...places]
    .filter(([, files]) => files.length > 1)
    .map(([key, files]) => ({ room: JSON.parse(key)[0], name: JSON.parse(key)[1], files }))
    .sort((a, b) => (a.room + a.name < b.room + b.name ? -1 : 1));
}
