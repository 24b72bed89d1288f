import { useEffect, useState } from 'preact/hooks';
import type { RequestResource } from '../../contract/http/requests';
import { isFinished } from '../../contract/statuses';
import { formatClock, formatElapsed } from '../logic/elapsed';
import {
  formatBytes,
  formatDuration,
  formatNumber,
  formatRate,
  formatShare,
} from '../logic/format';
import { addSample, averageSpeed, doneOf, secondsLeft, speedOf, type Sample } from '../logic/speed';
import { CountsBar } from '../parts/countsBar';
import { Figure } from '../parts/figure';

const TICK_MS = 1_000;

/** How far a request is, how fast, and what it saved. */
export function Progress({ request }: { readonly request: RequestResource }) {
  const { details, counts, bytes, status } = request;
  const saved = bytes.in - bytes.out;
  return (
    <>
      <p class="details">{details}</p>
      <CountsBar counts={counts} />
      {/* Each change of the sentence above would be read out; its end is enough. */}
      <p class="unseen" role="status">
        {isFinished(status) ? 'The request is finished.' : ''}
      </p>
      <dl class="figures">
        <Figure
          name="Images done"
          value={`${formatNumber(doneOf(counts))} of ${formatNumber(counts.total)}`}
          note={counts.failed > 0 ? `${formatNumber(counts.failed)} of them failed` : undefined}
        />
        {bytes.in > 0 && (
          <Figure
            name={saved < 0 ? 'Larger by' : 'Saved'}
            value={formatBytes(Math.abs(saved))}
            note={`${formatShare(Math.abs(saved) / bytes.in)}: ${formatBytes(bytes.in)} became ${formatBytes(bytes.out)}`}
          />
        )}
        {isFinished(status) ? <Finished request={request} /> : <Running request={request} />}
      </dl>
    </>
  );
}

function Finished({ request }: { readonly request: RequestResource }) {
  const { started_at, finished_at, round } = request;
  const speed = averageSpeed(request);
  return (
    <>
      {speed !== null && (
        <Figure name="Images a second" value={formatRate(speed)} note="From start to finish" />
      )}
      {started_at !== null && finished_at !== null && (
        <Figure
          name="Time taken"
          value={formatElapsed(Date.parse(finished_at) - Date.parse(started_at))}
          note={round > 1 ? 'In the last retry' : undefined}
        />
      )}
    </>
  );
}

function Running({ request: { counts, started_at } }: { readonly request: RequestResource }) {
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  const [now, setNow] = useState(Date.now);
  const done = doneOf(counts);

  useEffect(() => {
    setSamples((known) => addSample(known, { at: Date.now(), done }));
  }, [done]);
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
    }, TICK_MS);
    return () => {
      clearInterval(timer);
    };
  }, []);

  const speed = speedOf(samples, now);
  return (
    <>
      <Figure
        name="Images a second"
        value={speed === null ? 'Measuring…' : formatRate(speed)}
        note="In the last half minute"
      />
      <EstimatedEnd left={secondsLeft(counts, speed)} isStalled={speed === 0} now={now} />
      {started_at !== null && (
        <Figure name="Time so far" value={formatElapsed(now - Date.parse(started_at))} />
      )}
    </>
  );
}

interface EstimateProps {
  /** In seconds; `null` when it is not known. */
  readonly left: number | null;
  readonly isStalled: boolean;
  readonly now: number;
}

function EstimatedEnd({ left, isStalled, now }: EstimateProps) {
  if (left === null) {
    return (
      <Figure
        name="Estimated end"
        value="Not known yet"
        note={isStalled ? 'No image was done in the last half minute' : undefined}
      />
    );
  }
  return (
    <Figure
      name="Estimated end"
      value={`in ${formatDuration(left)}`}
      note={`About ${formatClock(now + left * 1000, now)}, at the speed of the last half minute`}
    />
  );
}
