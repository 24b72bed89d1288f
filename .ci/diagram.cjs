const { readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { FOLDERS } = require('../folders.cjs');

/**
 * Draws into docs/architecture.md which folder imports which, from folders.cjs. With `--check` it writes nothing and
 * fails when the diagram there is out of date.
 */

const PAGE = path.join(__dirname, '..', 'docs', 'architecture.md');
const BLOCK = /(?<=<!-- drawn by npm run diagram -->\n\n)```mermaid\n[^]*?```/;

function importsOf(folder) {
  return FOLDERS[folder].imports;
}

/** Returns every folder that `folder` imports, directly or through others. */
function reachable(folder, found = new Set()) {
  for (const next of importsOf(folder)) {
    if (!found.has(next)) reachable(next, found.add(next));
  }
  return found;
}

/** Whether the dependency also exists through another folder; drawing it as well would clutter the diagram. */
function isImplied(from, to) {
  const { imports, types = [] } = FOLDERS[from];
  const between = imports.includes(to) ? imports : [...imports, ...types];
  return between.some((folder) => folder !== to && reachable(folder).has(to));
}

function draw() {
  const idOf = (folder) => folder.replace(/\W/g, '_');
  const nodes = Object.keys(FOLDERS).map((folder) => `  ${idOf(folder)}["${folder}"]`);
  const lines = Object.entries(FOLDERS).flatMap(([from, { imports, types = [] }]) => {
    const line = (arrow) => (to) =>
      isImplied(from, to) ? [] : [`  ${idOf(from)} ${arrow} ${idOf(to)}`];
    return [...imports.flatMap(line('-->')), ...types.flatMap(line('-.->'))];
  });
  return ['```mermaid', 'flowchart TD', ...nodes, ...lines, '```'].join('\n');
}

const page = readFileSync(PAGE, 'utf8');
const drawn = page.replace(BLOCK, draw);
if (!BLOCK.test(page)) throw new Error('Expected a diagram block in docs/architecture.md');
if (!process.argv.includes('--check')) writeFileSync(PAGE, drawn);
else if (drawn !== page) {
  console.error('docs/architecture.md: the diagram is out of date; run npm run diagram');
  process.exitCode = 1;
}
