import { createJudge } from '../../chaos/checkUndone';
import type { Evidence } from '../../chaos/evidence';
import type { Observation } from '../../chaos/observations';

const IMAGE = 'request/0-0';
const URL = 'http://127.0.0.1:1/good/1/1.jpg';

/** Begins an execution that works on these images; no end of it is observed unless `ends`. */
const began = (execution: string, images: readonly string[], ends = false): Observation[] => [
  { what: 'began', execution, round: 1, images: [...images], at: 1, pid: 7 },
  ...(ends ? [{ what: 'ended', execution, at: 2, pid: 7 } as const] : []),
];

function judge(observations: readonly Observation[], code: 'internal' | 'timeout'): string | null {
  const evidence = { hits: [], repaired: {}, observations } as unknown as Evidence;
  const error = { code, message: '' };
  const image = { _id: IMAGE, url: URL, status: 'failed', round: 1, attempts: 1, error } as const;
  return createJudge(evidence)(image, 1, 'completed_with_errors');
}

const threeAlone = ['a', 'b', 'c'].flatMap((execution) => began(execution, [IMAGE]));

describe('createJudge(evidence)', () => {
  it('accepts that an image is given up after its worker was killed three times while it worked on that image alone', () => {
    expect(judge(threeAlone, 'internal')).toBeNull();
  });

  it.each<[string, Observation[], 'internal' | 'timeout']>([
    ['after two kills', threeAlone.slice(1), 'internal'],
    [
      'after three kills, one of them beside other images',
      [...threeAlone.slice(1), ...began('d', [IMAGE, 'request/0-1'])],
      'internal',
    ],
    [
      'after executions that ended',
      [...threeAlone.slice(1), ...began('d', [IMAGE], true)],
      'internal',
    ],
    ['with another error', threeAlone, 'timeout'],
  ])('reports a failed image that leads to a picture %s', (_, observations, code) => {
    expect(judge(observations, code)).toBe('it leads to a picture');
  });
});
