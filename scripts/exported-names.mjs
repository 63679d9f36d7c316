#!/usr/bin/env node
/**
 * Finds names that two files of one room export: `node scripts/exported-names.mjs`. Two things of one name in one room
 * make a reader look up which is meant. A room is a row of the map in CONTRIBUTING.md.
 */
import { isSource } from './measure/kinds.mjs';
import { namesUsedTwice, roomsOf } from './measure/rooms.mjs';
import { sourceTree } from './measure/source-tree.mjs';
import { measureSyntax } from './measure/syntax.mjs';

const tree = sourceTree();
const exported = [...tree]
  .filter(([file]) => isSource(file))
  .map(([file, text]) => ({ file, names: measureSyntax(file, text).exports }));
for (const { room, name, files } of namesUsedTwice(exported, roomsOf(tree.get('CONTRIBUTING.md')))) {
  console.log(`${room}: ${name} is exported by ${files.join(' and ')}`);
  process.exitCode = 1;
}
