import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(__dirname, '..', '..');
const lines = (file: string) =>
  readFileSync(path.join(root, file), 'utf8')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

const instructions = lines('Dockerfile').map((line) => {
  const [name = '', ...rest] = line.split(/ +/);
  return { name, rest };
});
const named = (name: string) => instructions.filter((one) => one.name === name);
const copied = named('COPY').filter(({ rest }) => !rest[0]?.startsWith('--from'));
const sources = copied.flatMap(({ rest }) => rest.slice(0, -1));

describe('Dockerfile', () => {
  it('builds on Debian and carries the result over into a clean stage', () => {
    expect(named('FROM').map(({ rest }) => rest.join(' '))).toEqual([
      'node:24-slim AS build',
      'node:24-slim',
    ]);
  });

  it('runs as an ordinary user', () => {
    expect(named('USER').at(-1)?.rest).toEqual(['node']);
  });

  it('starts the process itself, so that it gets the signals', () => {
    expect(named('CMD').at(-1)?.rest.join(' ')).toBe('["node", "dist/src/bin/api.js"]');
  });

  it('copies every folder that the product is built of', () => {
    const config = readFileSync(path.join(root, 'tsconfig.build.json'), 'utf8');
    const { include } = JSON.parse(config) as { include: string[] };
    const product = include.filter((folder) => !['bench', 'chaos'].includes(folder));
    expect(sources).toEqual(expect.arrayContaining(product));
  });

  it('copies only what there is', () => {
    expect(sources.filter((source) => !existsSync(path.join(root, source)))).toEqual([]);
  });
});

describe('.dockerignore', () => {
  const [first, ...exceptions] = lines('.dockerignore');

  it('keeps everything out of the build but what the Dockerfile copies', () => {
    expect(first).toBe('*');
    const letIn = exceptions.map((line) => line.replace('!', ''));
    expect(letIn.sort()).toEqual([...new Set(sources)].sort());
  });
});
