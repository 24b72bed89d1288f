import { execFileSync } from 'node:child_process';
import path from 'node:path';

const ROOT = path.join(__dirname, '..', '..');

/** Runs code that logs one line, and returns that line. The logger writes to the stderr of its process. */
function logged(code: string): Record<string, unknown> {
  const script = `
    const { ApplicationFailure } = require('@temporalio/common');
    const logger = require('./dist/src/telemetry/logger').createLogger('info', 'test');
    ${code}`;
  const output = execFileSync('sh', ['-c', '"$0" -e "$1" 2>&1', process.execPath, script], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(output.trimEnd().split('\n')).toHaveLength(1);
  return JSON.parse(output) as Record<string, unknown>;
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
});
