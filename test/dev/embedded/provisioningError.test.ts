import { endCommands, startCommand } from '../../support/command';
import { withFolder } from '../../support/temporaryFile';

/** Nothing listens here, so that downloads fail also on a machine with the internet. */
const NOWHERE = 'http://127.0.0.1:1';

describe('A machine that cannot provide the servers', () => {
  afterEach(endCommands);

  it('gets one error that names each, what was tried and what would help', () =>
    withFolder(async (folder) => {
      const settings = {
        PATH: '',
        HOME: folder,
        XDG_CACHE_HOME: folder,
        DATA_DIR: folder,
        HTTP_PROXY: NOWHERE,
        HTTPS_PROXY: NOWHERE,
        http_proxy: NOWHERE,
        https_proxy: NOWHERE,
      };
      const command = startCommand('servers', settings, ['--storage', 's3']);
      expect(await command.ended).toBe(1);
      expect(command.stdout()).toBe('');
      for (const way of [
        'TEMPORAL_ADDRESS',
        '`temporal` CLI on PATH',
        'internet',
        'install Go',
        'MONGODB_URI',
        '`mongod` on PATH',
        'install a JDK',
        'STORAGE_URL',
        '`versitygw` on PATH',
      ]) {
        expect(command.stderr()).toContain(way);
      }
    }));
});
