import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.join(__dirname, '..', '..');

function check(...files: string[]) {
  const { status, stderr } = spawnSync(process.execPath, ['retiredWords.cjs', ...files], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return { status, lines: stderr.split('\n').filter((line) => line !== '') };
}

describe('retiredWords.cjs', () => {
  // Read from the glossary, as this file must not contain a retired word either.
  const [, table = ''] = readFileSync(path.join(ROOT, 'docs', 'glossary.md'), 'utf8').split(
    '## Retired words',
  );
  const [, word = ''] = /^\| `(\w+)`/m.exec(table) ?? [];
  const [, first = '', second = ''] = /`(\w+) (\w+)`/.exec(table) ?? [];

  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'retired-words-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function writeFile(name: string, text: string): string {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return file;
  }

  it('finds no retired word in the repository', () => {
    expect(check()).toEqual({ status: 0, lines: [] });
  });

  it('reports the file, the line and the replacement', () => {
    const file = writeFile('comment.ts', `const a = 1;\n// ${word} it\n`);
    expect(check(file)).toEqual({
      status: 1,
      lines: [expect.stringMatching(new RegExp(`^${file}:2: ${word} → \\w`))],
    });
  });

  it('finds a phrase that spans two lines of a comment', () => {
    const file = writeFile('phrase.ts', `/**\n * To ${first}\n * ${second} something.\n */\n`);
    expect(check(file)).toEqual({
      status: 1,
      lines: [expect.stringContaining(`${file}:2: ${first} ${second} →`)],
    });
  });

  it('finds whole words only', () => {
    const file = writeFile('part.ts', `const ${word}_x = 'a${word}', b${word} = 'x-${word}';\n`);
    expect(check(file)).toEqual({ status: 0, lines: [] });
  });

  it('accepts a word in a file that may keep it', () => {
    const [, keeps = '', kept = ''] = /^\| `(\w+)`[^`\n]*\|[^`\n]*`([^`]+\.ts)`/m.exec(table) ?? [];
    expect(readFileSync(path.join(ROOT, kept), 'utf8')).toContain(keeps);
    expect(check(kept)).toEqual({ status: 0, lines: [] });
    expect(check(writeFile('other.ts', `'${keeps}'\n`)).status).toBe(1);
  });

  it('checks the changelog down to its first release', () => {
    const head = '# Changelog\n\n## [Unreleased]\n\n';
    const release = `## [0.1.0]\n\n- ${word}\n`;
    expect(check(writeFile('CHANGELOG.md', `${head}- a\n\n${release}`)).status).toBe(0);
    expect(check(writeFile('CHANGELOG.md', `${head}- ${word}\n\n${release}`)).status).toBe(1);
  });
});
