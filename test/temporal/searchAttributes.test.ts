import path from 'node:path';
import { Connection } from '@temporalio/client';
import { startServers } from '../../src/dev/embedded/servers';
import { createLogger } from '../../src/telemetry/logger';
import { ensureSearchAttributes } from '../../src/temporal/searchAttributes';
import { finished, sheetOf, uploaded } from '../support/calls';
import { startService } from '../support/service';
import { withFolder } from '../support/temporaryFile';

const INT = 3;
/** More attributes of one type than the server supports. */
const TOO_MANY = 50;
const namespace = 'default';
const logger = createLogger('silent', 'test');

/** A separate Temporal server in which no further number can be registered. */
async function withFullServer(work: (address: string) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const servers = await startServers({
      dataDir: path.join(folder, 'servers'),
      config: { EMBEDDED_TEMPORAL_PORT: 0, EMBEDDED_UI_PORT: 0, EMBEDDED_MONGODB_PORT: 0 },
      given: { mongodbUri: process.env['TEST_MONGODB_URI'] ?? '' },
      log: () => undefined,
    });
    const connection = await Connection.connect({ address: servers.temporalAddress });
    try {
      for (let taken = 0; taken < TOO_MANY; taken += 1) {
        const searchAttributes = { [`Foreign${taken}`]: INT };
        const add = connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
        if (!(await add.then(() => true).catch(() => false))) break;
      }
      await work(servers.temporalAddress);
    } finally {
      await connection.close();
      await servers.stop();
    }
  });
}

describe('Search attributes that the server cannot register', () => {
  it('are omitted, with a warning', () =>
    withFullServer(async (address) => {
      const warnings: string[] = [];
      const connection = await Connection.connect({ address });
      const warn = (_: unknown, message: string) => warnings.push(message);
      try {
        const given = { ...logger, warn } as never;
        expect(await ensureSearchAttributes(connection, namespace, given)).toBe(false);
      } finally {
        await connection.close();
      }
      expect(warnings).toEqual([expect.stringContaining('requests cannot be searched by status')]);

      const service = await startService({ temporalAddress: address });
      try {
        const id = await uploaded(service.url, sheetOf(['http://192.0.2.1/refused.jpg']));
        expect((await finished(service.url, id)).status).toBe('failed');
      } finally {
        await service.stop();
      }
    }));
});
