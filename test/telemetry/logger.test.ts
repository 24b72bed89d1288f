import { spawnSync } from 'node:child_process';
import path from 'node:path';

const ROOT = path.join(__dirname, '..', '..');

/** Runs code, and returns what it logged. The logger writes to the stderr of its process. */
function output(code: string): string {
  const script = `
    const { ApplicationFailure } = require('@temporalio/common');
    const logger = require('./dist/src/telemetry/logger').createLogger('info', 'test');
    ${code}`;
  return spawnSync(process.execPath, ['-e', script], { cwd: ROOT, encoding: 'utf8' }).stderr;
}

function linesOf(code: string): Record<string, unknown>[] {
  const lines = output(code).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Runs code that logs one line, and returns that line. */
function logged(code: string): Record<string, unknown> {
  const [line = {}, ...others] = linesOf(code);
  expect(others).toEqual([]);
  return line;
}

describe('The logger', () => {
  it("writes an error with Temporal's type, its message, and its cause", () => {
    const line = logged(`
      const cause = new Error('connect ECONNREFUSED');
      const error = ApplicationFailure.create({ type: 'http_5xx', message: 'received HTTP 503', cause });
      logger.warn({ error }, 'Activity failed');`);
    expect(line).toMatchObject({
      msg: 'Activity failed',
      error: {
        type: 'http_5xx',
        message: 'received HTTP 503',
        cause: { message: 'connect ECONNREFUSED' },
      },
    });
  });

  it('writes one line, even if a value contains line breaks', () => {
    expect(logged(`logger.info({ path: 'a\\n{"level":60}' }, 'call\\r\\n');`)).toMatchObject({
      path: 'a\n{"level":60}',
      msg: 'call\r\n',
    });
  });

  it('writes all lines in order, also those before an exit and an uncaught error', () => {
    const lines = linesOf(`
      logger.info('1');
      setTimeout(() => {
        logger.info('2');
        logger.warn('3');
        logger.info('4');
        process.exit(0);
      });`);
    expect(lines.map(({ msg }) => msg)).toEqual(['1', '2', '3', '4']);
    const crashed = `
      logger.info('before');
      throw new Error('bug');`;
    expect(output(crashed)).toContain('"msg":"before"');
  });

  it('has written a warning when the call returns', () => {
    expect(logged(`logger.warn('last'); process.kill(process.pid, 'SIGKILL');`)).toMatchObject({
      msg: 'last',
    });
  });
});
