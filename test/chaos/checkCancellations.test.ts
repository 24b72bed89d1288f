import { checkCancellations } from '../../chaos/checkCancellations';
import type { Evidence } from '../../chaos/evidence';
import { began, cancel, evidenceOf, ID, snapshot, retry } from '../support/operatorCalls';

const violationsOf = (evidence: Evidence) => checkCancellations(evidence).violations;
const cancelled = snapshot(11, 1, 'cancelled', []);

describe('The cancellations of a chaos run', () => {
  it('are wrong when no call asked for one', () => {
    const body = JSON.stringify({ status: 'cancelled' });
    const told = { id: `${ID}.1`, body, signed: true, answer: 204, at: 1 };
    expect(violationsOf(evidenceOf([], { deliveries: [told] }))).toEqual([
      expect.stringContaining('its round 1 was cancelled, but no call asked for it'),
    ]);
  });

  it('are wrong when another round was cancelled than the call asked for', () => {
    const calls = [
      cancel(202, snapshot(1, 1, 'processing'), snapshot(9, 1, 'processing')),
      retry(202, snapshot(11, 2, 'cancelled', []), snapshot(19, 3, 'pending')),
    ];
    expect(violationsOf(evidenceOf(calls))).toEqual([
      expect.stringContaining('its round 2 was cancelled, but no call asked for it'),
    ]);
  });

  it('are wrong when many were accepted, and none stopped anything', () => {
    const one = cancel(202, snapshot(1, 1, 'processing'), snapshot(9, 1, 'processing'));
    const calls = Array.from({ length: 10 }, () => one);
    expect(violationsOf(evidenceOf(calls))).toEqual([
      '10 cancellations were accepted, and none stopped anything',
    ]);
    expect(violationsOf(evidenceOf([...calls, cancel(409, cancelled, cancelled)]))).toEqual([]);
  });

  it('count as the number of rounds that they ended', () => {
    const calls = [
      cancel(202, snapshot(1, 1, 'processing'), cancelled),
      cancel(409, cancelled, cancelled),
      retry(202, cancelled, snapshot(19, 2, 'pending')),
    ];
    expect(checkCancellations(evidenceOf(calls))).toEqual({ violations: [], rounds: 1 });
  });

  it('are wrong when the request continues long afterwards', () => {
    const calls = [cancel(202, snapshot(1, 1, 'processing'), snapshot(9, 1, 'processing'))];
    const kill = { target: 'worker', how: 'kill', pid: 1, from: 80_000, until: 80_000 } as const;
    const late = { observations: [began(90_000, 1)] };
    expect(violationsOf(evidenceOf(calls, { observations: [began(5_000, 1)] }))).toEqual([]);
    expect(violationsOf(evidenceOf(calls, { ...late, disturbances: [kill] }))).toEqual([]);
    expect(violationsOf(evidenceOf(calls, late))).toEqual([
      expect.stringContaining('continued after its cancellation'),
    ]);
  });
});
