/**
 * Fails when a file contains a word that docs/glossary.md has retired, and when an exception there is no longer
 * needed. Part of `npm run check`; the table "Retired words" of that page is the only list. `node retiredWords.cjs
 * FILE…` reads the given files instead of all that git tracks.
 */
const { execFileSync } = require('node:child_process');
const { readFileSync } = require('node:fs');
const path = require('node:path');

const GLOSSARY = 'docs/glossary.md';
const TEXT = /\.(ts|[cm]js|json|md|ya?ml|java|sh|example)$|(^|\/)(Dockerfile|run)$/;
const NOT_OURS =
  /^(package-lock\.json|docs\/glossary\.md|test\/histories\/.*\.json|test\/cases\/.*\.json)$/;

/** Matches what separates the words of a phrase: white space, and the marks that begin a line of a comment or list. */
const GAP = String.raw`(?:\s|[*/#>])+`;

/** @returns {{ word: string, instead: string, keptIn: string[] }[]} */
function readRetired(page) {
  const section = page.split(/^## Retired words$/m)[1] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) => {
    const [, words, instead, files] = row.split('|').map((cell) => cell.trim());
    const quoted = (cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text);
    return quoted(words).map((word) => ({ word, instead, keptIn: quoted(files) }));
  });
}

/** Words with a capital are names in code and are matched case-sensitively. */
function patternOf(word) {
  const flags = /[A-Z]/.test(word) ? 'g' : 'gi';
  return new RegExp(String.raw`(?<![\w-])${word.split(' ').join(GAP)}(?![\w-])`, flags);
}

/** Returns the text to check: the changelog only down to its first release, since released notes are not rewritten. */
function partToCheck(file, text) {
  return path.basename(file) === 'CHANGELOG.md' ? text.split(/^## \[\d/m)[0] : text;
}

/** @returns {{ line: number, word: string, instead: string, isKept: boolean }[]} */
function find(file, text, retired) {
  return retired
    .flatMap(({ word, instead, keptIn }) =>
      [...text.matchAll(patternOf(word))].map(({ index }) => ({
        line: text.slice(0, index).split('\n').length,
        word,
        instead,
        isKept: keptIn.includes(file),
      })),
    )
    .sort((a, b) => a.line - b.line);
}

function main(named) {
  const retired = readRetired(readFileSync(path.join(__dirname, GLOSSARY), 'utf8'));
  if (retired.length === 0) throw new Error(`Expected a table "Retired words" in ${GLOSSARY}`);
  const tracked = () =>
    execFileSync('git', ['ls-files', '-z'], { cwd: __dirname, encoding: 'utf8' })
      .split('\0')
      .filter((file) => TEXT.test(file) && !NOT_OURS.test(file));
  const files = named.length > 0 ? named : tracked();
  const faults = [];
  for (const file of files) {
    const text = partToCheck(file, readFileSync(path.resolve(__dirname, file), 'utf8'));
    const found = find(file, text, retired);
    for (const { line, word, instead, isKept } of found) {
      if (!isKept) faults.push(`${file}:${line}: ${word} → ${instead}`);
    }
    for (const { word, keptIn } of retired) {
      if (keptIn.includes(file) && !found.some((one) => one.word === word)) {
        faults.push(`${GLOSSARY}: ${file} does not contain "${word}"; remove the exception`);
      }
    }
  }
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

main(process.argv.slice(2));
