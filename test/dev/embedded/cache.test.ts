import { existsSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { cacheDir, cached, installOnce } from '../../../src/dev/embedded/cache';
import { withFolder } from '../../support/temporaryFile';

const before = process.env['XDG_CACHE_HOME'];
afterEach(() => {
  setCacheHome(before);
});

function setCacheHome(value: string | undefined): void {
  if (value === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = value;
}

/** Runs the work with its own cache. */
const withCache = (work: (cache: string) => Promise<void>) =>
  withFolder((folder) => {
    setCacheHome(folder);
    return work(path.join(folder, 'image-processor'));
  });

const write = (content: string) => (folder: string) =>
  writeFile(path.join(folder, 'program'), content);
const read = (folder: string) => readFile(path.join(folder, 'program'), 'utf8');

describe('cacheDir', () => {
  it('is in XDG_CACHE_HOME', () => {
    setCacheHome('/var/caches');
    expect(cacheDir()).toBe('/var/caches/image-processor');
  });

  it.each([undefined, '', 'relative/folder'])(
    'is in ~/.cache when XDG_CACHE_HOME is %j, as the XDG specification requires',
    (value) => {
      setCacheHome(value);
      expect(cacheDir()).toBe(path.join(homedir(), '.cache', 'image-processor'));
    },
  );
});

describe('installOnce', () => {
  it('installs into the cache, where the installation is found from then on', () =>
    withCache(async (cache) => {
      expect(cached('thing')).toBeNull();
      const place = await installOnce('thing', write('1'));
      expect(place).toBe(path.join(cache, 'thing'));
      expect(cached('thing')).toBe(place);
      expect(await read(place)).toBe('1');
    }));

  it('does not repeat an installation', () =>
    withCache(async () => {
      await installOnce('thing', write('1'));
      const again = await installOnce('thing', () => Promise.reject(new Error('Not again')));
      expect(await read(again)).toBe('1');
    }));

  it('shows nothing until the installation is complete', () =>
    withCache(async () => {
      await installOnce('thing', async (folder) => {
        await write('half')(folder);
        expect(cached('thing')).toBeNull();
      });
      expect(cached('thing')).not.toBeNull();
    }));

  it('leaves no files when the installation fails, and can be tried again', () =>
    withCache(async (cache) => {
      const failing = installOnce('thing', async (folder) => {
        await write('half')(folder);
        throw new Error('The network is down');
      });
      await expect(failing).rejects.toThrow('The network is down');
      expect(readdirSync(cache)).toEqual([]);
      expect(await read(await installOnce('thing', write('2')))).toBe('2');
    }));

  it('gives two simultaneous calls the same complete installation', () =>
    withCache(async (cache) => {
      const folders = await Promise.all([
        installOnce('thing', write('a')),
        installOnce('thing', write('b')),
      ]);
      expect(folders).toEqual([path.join(cache, 'thing'), path.join(cache, 'thing')]);
      expect(['a', 'b']).toContain(await read(folders[0]));
      expect(readdirSync(cache)).toEqual(['thing']);
      expect(existsSync(path.join(cache, 'thing', 'program'))).toBe(true);
    }));
});
