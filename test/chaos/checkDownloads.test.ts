import { checkDownloads } from '../../chaos/checkDownloads';
import type { Evidence } from '../../chaos/evidence';
import type { Observation } from '../../chaos/observations';

const URL = 'http://origin.example/1.jpg';
const IMAGE = 'request/0-0';
const WORKER = 7;

type Step = readonly [
  at: number,
  what: 'began' | 'ended' | 'recorded' | 'downloaded',
  pid?: number,
  round?: number,
];

/** The evidence of one image that succeeded. */
function evidenceOf(
  steps: readonly Step[],
  {
    attempts = 1,
    kills = [],
    ofRound = 1,
  }: { attempts?: number; kills?: readonly number[]; ofRound?: number } = {},
): Evidence {
  const image = { _id: IMAGE, url: URL, status: 'succeeded', attempts, round: ofRound };
  const observations = steps.flatMap(([at, what, pid = WORKER, round = 1]): Observation[] => {
    const images = [IMAGE];
    const execution = `${pid} ${round}`;
    if (what === 'began') return [{ what, execution, round, images, at, pid }];
    if (what === 'ended') return [{ what, execution, at, pid }];
    return what === 'recorded' ? [{ what, round, images, at, pid }] : [];
  });
  return {
    folder: '',
    url: '',
    uploads: [],
    deliveries: [],
    observations,
    calls: [],
    repaired: {},
    found: { requests: [], rows: [], deliveries: [], runs: [], images: [image as never] },
    hits: steps.flatMap(([at, what]) =>
      what === 'downloaded' ? [{ url: URL, at, fault: null, bytes: 1, whole: true }] : [],
    ),
    disturbances: kills.map((at) => ({
      target: 'worker',
      how: 'kill',
      pid: WORKER,
      from: at,
      until: at,
    })),
  };
}

const quiet: readonly Step[] = [
  [1, 'began'],
  [2, 'downloaded'],
  [3, 'recorded'],
  [4, 'ended'],
];

describe('The downloads of a chaos run', () => {
  it('are correct when every image was downloaded once', () => {
    expect(checkDownloads(evidenceOf(quiet))).toEqual({ violations: [], inFlight: 0, repeats: 0 });
  });

  it('are wrong when an image is downloaded after its record, although no worker died', () => {
    const { violations } = checkDownloads(
      evidenceOf([...quiet, [5, 'began', 8], [6, 'downloaded', 8], [7, 'ended', 8]]),
    );
    expect(violations).toEqual([expect.stringContaining('was downloaded 3 ms after its record')]);
  });

  it('may be repeated when they were in flight at a kill', () => {
    const steps: Step[] = [
      ...([
        [1, 'began'],
        [2, 'downloaded'],
        [3, 'began', 8],
      ] satisfies Step[]),
      ...([
        [5, 'recorded'],
        [6, 'downloaded', 8],
        [7, 'ended', 8],
      ] satisfies Step[]),
    ];
    expect(checkDownloads(evidenceOf(steps, { kills: [5] }))).toEqual({
      violations: [],
      inFlight: 1,
      repeats: 1,
    });
  });

  it('are wrong when an image lost an attempt to a crash', () => {
    const { violations } = checkDownloads(evidenceOf(quiet, { attempts: 2 }));
    expect(violations).toEqual([expect.stringContaining('has 2 attempts, at most 1')]);
  });

  const failedBefore: readonly Step[] = [
    [1, 'began'],
    [2, 'downloaded'],
    [3, 'ended'],
  ];

  it('are correct when an image succeeded in a later round, whose attempts alone count', () => {
    const again: readonly Step[] = [
      [11, 'began', WORKER, 2],
      [12, 'downloaded'],
      [13, 'recorded', WORKER, 2],
      [14, 'ended', WORKER, 2],
    ];
    const steps = [...failedBefore, ...again];
    const right = { violations: [], inFlight: 0, repeats: 0 };
    expect(checkDownloads(evidenceOf(steps, { ofRound: 2 }))).toEqual(right);
    expect(checkDownloads(evidenceOf(steps, { ofRound: 2, attempts: 2 })).violations).toEqual([
      expect.stringContaining('has 2 attempts, at most 1'),
    ]);
  });

  it('are wrong when a later round tried an image that had succeeded', () => {
    expect(checkDownloads(evidenceOf(quiet, { ofRound: 2 })).violations).toContainEqual(
      expect.stringContaining('succeeded in round 1 and was tried again'),
    );
  });

  it('are wrong when the record was not observed', () => {
    const unseen = quiet.filter(([, what]) => what !== 'recorded');
    expect(checkDownloads(evidenceOf(unseen)).violations).toEqual([
      expect.stringContaining('was recorded, but not observed'),
    ]);
  });

  it('are correct when the worker died between the record and its observation', () => {
    const steps: Step[] = [
      [1, 'began'],
      [2, 'downloaded'],
    ];
    expect(checkDownloads(evidenceOf(steps, { kills: [4] })).violations).toEqual([]);
  });
});
