import { useEffect, useState } from 'preact/hooks';
import type { RequestResource } from '../../contract/http/requests';
import { isFinished } from '../../contract/statuses';
import {
  formatBytes,
  formatDuration,
  formatNumber,
  formatRate,
  formatShare,
} from '../logic/format';
import { addSample, averageSpeed, doneOf, secondsLeft, speedOf, type Sample } from '../logic/speed';
import { Ago } from '../parts/ago';
import { CountsBar } from '../parts/countsBar';

const TICK_MS = 1_000;

/** How far a request is, how fast, and what it saved. */
export function Progress({ request }: { readonly request: RequestResource }) {
  const { details, counts, bytes, finished_at } = request;
  const saved = bytes.in - bytes.out;
  return (
    <>
      <p class="details" role="status">
        {details}
      </p>
      <CountsBar counts={counts} />
      <dl class="figures">
        <Figure name="Compressed" value={formatNumber(counts.succeeded)} />
        <Figure name="Failed" value={formatNumber(counts.failed)} />
        <Figure name="Waiting" value={formatNumber(counts.pending)} />
        {bytes.in > 0 && (
          <Figure
            name="Saved"
            value={`${formatBytes(saved)} (${formatShare(saved / bytes.in)})`}
            note={`${formatBytes(bytes.in)} became ${formatBytes(bytes.out)}`}
          />
        )}
        {isFinished(request.status) ? <Average request={request} /> : <Speed request={request} />}
      </dl>
      {finished_at !== null && (
        <p class="quiet">
          Finished <Ago time={finished_at} />
        </p>
      )}
    </>
  );
}

function Average({ request }: { readonly request: RequestResource }) {
  const speed = averageSpeed(request);
  return speed === null ? null : (
    <Figure name="Images a second" value={formatRate(speed)} note="From start to finish" />
  );
}

function Speed({ request: { counts } }: { readonly request: RequestResource }) {
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
  const left = secondsLeft(counts, speed);
  return (
    <>
      <Figure name="Images a second" value={speed === null ? '–' : formatRate(speed)} />
      <Figure
        name="Estimated end"
        value={left === null ? 'Not known yet' : `in ${formatDuration(left)}`}
        note="At the speed of the last half minute"
      />
    </>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly note?: string;
}

function Figure({ name, value, note }: FigureProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        {note !== undefined && <small>{note}</small>}
      </dd>
    </div>
  );
}
