import { randomBytes } from 'node:crypto';
import { copyFile, mkdtemp } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { startBench, type Bench } from '../bench/environment';
import { processLimitsOf } from '../src/pipeline/compressors';
import { runMain, say } from '../src/process/main';
import type { HostileHosts } from './attack';
import type { Scope } from './attackers';
import { startChild } from './children';
import { cleanUp } from './cleanUp';
import { attacksOf, linesOf, type Measured } from './judge';
import { readSeconds } from './options';
import { besiege, measureQuiet, warmUp } from './phases';
import { holds, tableOf, verdictOf } from '../bench/table';
import { createVictim } from './victim';

/** As on a machine with 4 GiB, whatever this one has. */
const IMAGE_MEMORY_BYTES = 2 * 2 ** 30;
/** The attackers are not to be refused before they can do harm. */
const WRITES_PER_MINUTE = 100_000;
/** Before everything attacks at once, the worst pictures come alone for this share of the time. */
const PICTURES_SHARE = 1 / 3;
const CLEAN_UP_MS = 300_000;

const SERVICES = ['api', 'worker'] as const;

const keys = {
  victim: randomBytes(16).toString('hex'),
  attacker: randomBytes(16).toString('hex'),
  operator: randomBytes(16).toString('hex'),
};

/** `npm run siege`: everything hostile at once, and a table that must hold. Exits 0 only if it does. */
runMain(async () => {
  const seconds = readSeconds(process.argv.slice(2));
  // What else runs here changes what is measured.
  const load = loadavg()[0]?.toFixed(1) ?? '';
  say('Making the worst pictures …');
  const { child, message } = startChild('hostileOrigin.js');
  const hosts = (await message) as HostileHosts;
  const bench = await startBench(SERVICES, {
    origin: path.join(__dirname, 'healthyOrigin.js'),
    env: {
      API_KEYS: `victim:write:${keys.victim} attacker:write:${keys.attacker} operator:operate:${keys.operator}`,
      RATE_LIMIT_WRITES_PER_MINUTE: String(WRITES_PER_MINUTE),
      IMAGE_MEMORY_BYTES: String(IMAGE_MEMORY_BYTES),
    },
  });
  try {
    const measured = await measure(bench, hosts, seconds);
    const lines = linesOf(measured);
    process.stdout.write(
      [
        `${seconds} seconds on ${availableParallelism()} cores, shared with the attackers, their hosts and the servers.`,
        `Load average before: ${load}. Times of the victim are medians.`,
        '',
        tableOf(lines),
        attacksOf(measured.beside),
        `${verdictOf(lines)}\n`,
      ].join('\n'),
    );
    if (!lines.every(holds)) throw new Error(`Logs: ${await keepLogs(bench)}`);
  } finally {
    child.kill('SIGKILL');
    await bench.stop();
  }
});

async function measure(bench: Bench, hosts: HostileHosts, seconds: number): Promise<Measured> {
  const victim = createVictim(bench.url, keys.victim, bench.originUrl);
  say('Measuring the victim alone …');
  await warmUp(victim);
  const before = await measureQuiet(bench, victim);
  const attack = async (scope: Scope, ms: number) => {
    const beside = await besiege(bench, victim, { scope, key: keys.attacker, hosts, ms });
    say('Cancelling and deleting what is left …');
    const left = await cleanUp(bench.url, keys.operator, CLEAN_UP_MS);
    return { ...beside, left: left.length };
  };
  const ms = seconds * 1000;
  say('Sending the worst pictures …');
  const besidePictures = await attack('pictures', ms * PICTURES_SHARE);
  say(`Attacking with everything for ${seconds} s …`);
  const beside = await attack('everything', ms);
  say('Measuring the victim alone again …');
  const after = await measureQuiet(bench, victim);
  const restarts = SERVICES.reduce((sum, name) => sum + bench.pidsOf(name).length - 1, 0);
  const limits = processLimitsOf(IMAGE_MEMORY_BYTES);
  return { seconds, before, besidePictures, beside, after, victim, limits, restarts };
}

/** The folder of the services is removed when they stop. */
async function keepLogs({ folder }: Bench): Promise<string> {
  const kept = await mkdtemp(path.join(tmpdir(), 'image-processor-siege-'));
  for (const name of SERVICES) {
    await copyFile(path.join(folder, `${name}.log`), path.join(kept, `${name}.log`));
  }
  return kept;
}
