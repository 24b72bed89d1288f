import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runDemo } from '../dev/demo/run';
import { startSample } from '../dev/demo/sample';
import { readSheet } from '../dev/demo/sheet';
import { startDemo } from '../dev/demo/stage';
import { STORAGE_OPTION, wantsObjectStorage } from '../dev/embedded/storageOption';
import { runMain, say, stopSignal, stopWithNpm } from '../process/main';

const SAMPLE = path.join(__dirname, '..', '..', '..', 'samples', 'products.csv');
const USAGE = 'npm run demo -- [--keep] [--storage s3] [FILE.csv]';

/** `npm run demo`: uploads a real CSV to a service with its own servers and data, and reports the outcome. */
runMain(async () => {
  const { keep, withS3, file } = readArguments();
  const sheet = await readSheet(file ?? SAMPLE);
  const stopping = stopSignal().then(() => null);
  stopWithNpm();
  const folder = await mkdtemp(path.join(tmpdir(), 'image-processor-demo-'));
  const sample = file === null ? await startSample(sheet, folder) : null;
  const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`;
  const servers = withS3 ? 'Temporal, MongoDB, an S3 server' : 'Temporal, MongoDB';
  say(`Starting ${servers}, the API and a worker; data and logs: ${folder}`);
  const starting = startDemo({
    folder,
    withS3,
    webhookSecret,
    env: sample?.env ?? {},
    log: say,
    stopping,
  });
  try {
    const stage = await Promise.race([starting, stopping]);
    if (stage === null) return;
    const run = runDemo({
      stage,
      webhookSecret,
      sheet: sample?.sheet ?? sheet,
      folder,
      keep,
      output: process.stdout,
    });
    await Promise.race([run, stopping, stage.crashLoop]);
    if (keep) await Promise.race([stopping, stage.crashLoop]);
  } finally {
    say('Stopping');
    // A failed start has stopped its processes already, and its error was thrown above.
    await starting.then(
      (stage) => stage.stop(),
      () => undefined,
    );
    await sample?.stop();
  }
});

function readArguments(): { keep: boolean; withS3: boolean; file: string | null } {
  const { values, positionals } = parseArgs({
    options: { keep: { type: 'boolean', default: false }, ...STORAGE_OPTION },
    allowPositionals: true,
  });
  const [file, ...more] = positionals;
  if (more.length > 0) throw new Error(`Expected at most one file; usage: ${USAGE}`);
  // npm runs scripts in the package's folder; INIT_CWD is the folder in which it was called.
  const folder = process.env['INIT_CWD'] ?? process.cwd();
  return {
    keep: values.keep,
    withS3: wantsObjectStorage(values.storage),
    file: file === undefined ? null : path.resolve(folder, file),
  };
}
