import type { CSSProperties, HTMLAttributes } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { ImageResource } from '../../contract/http/images';
import { formatShare } from '../logic/format';
import { originalUrlOf } from '../logic/imageNames';

/** After this time, what is not loaded yet is said not to be. */
const PATIENCE_MS = 20_000;

/** In actual size it scrolls, by keyboard too. */
const SCROLLED: HTMLAttributes<HTMLDivElement> = {
  role: 'region',
  'aria-label': 'Pictures in actual size',
  tabIndex: 0,
};

type Loading = 'loading' | 'loaded' | 'failed';

/** The original and the compressed image over each other, with a slider between them. */
export function Comparison({ image }: { readonly image: ImageResource }) {
  const { source_url, output_url } = image;
  const original = source_url === null ? null : originalUrlOf(source_url);
  const [before, beforeEvents] = useLoading(original);
  const [after, afterEvents] = useLoading(output_url);
  const [share, setShare] = useState(50);
  const [isActualSize, setActualSize] = useState(false);
  const isComparable = before === 'loaded' && after === 'loaded';
  const { ref, drag } = useDrag(setShare);
  if (original === null && output_url === null) {
    return <p class="empty">There is no picture to show.</p>;
  }

  return (
    <figure class={`comparison ${isActualSize ? 'is-actual-size' : ''}`}>
      <div class="comparison-scroller" {...(isActualSize ? SCROLLED : {})}>
        <div
          ref={ref}
          class={`comparison-frame ${image.width === null ? 'is-single' : ''}`}
          style={frameOf(image, isActualSize)}
          {...(isComparable && !isActualSize ? drag : {})}
        >
          {output_url !== null && after !== 'failed' && (
            <img src={output_url} alt="Compressed" draggable={false} {...afterEvents} />
          )}
          {original !== null && before !== 'failed' && (
            <img
              src={original}
              alt="Original"
              draggable={false}
              referrerpolicy="no-referrer"
              style={isComparable ? { clipPath: `inset(0 ${100 - share}% 0 0)` } : {}}
              hidden={before === 'loading'}
              {...beforeEvents}
            />
          )}
          {isComparable && (
            <span class="comparison-line" style={{ left: `${share}%` }} aria-hidden="true" />
          )}
        </div>
      </div>
      {isComparable ? (
        <Slider share={share} onChange={setShare} />
      ) : (
        <Missing
          original={original}
          output={output_url}
          before={before}
          after={after}
          isPending={image.status === 'pending'}
        />
      )}
      <label class="check">
        <input
          type="checkbox"
          checked={isActualSize}
          onChange={({ currentTarget }) => {
            setActualSize(currentTarget.checked);
          }}
        />{' '}
        Actual size
      </label>
    </figure>
  );
}

interface SliderProps {
  /** Of the original, in percent. */
  readonly share: number;
  readonly onChange: (share: number) => void;
}

function Slider({ share, onChange }: SliderProps) {
  const id = useId();
  return (
    <div class="comparison-slider">
      <label for={id}>Original on the left, compressed on the right</label>
      <input
        id={id}
        type="range"
        min={0}
        max={100}
        value={share}
        aria-valuetext={`${formatShare(share / 100)} original`}
        onInput={({ currentTarget }) => {
          onChange(currentTarget.valueAsNumber);
        }}
      />
    </div>
  );
}

interface MissingProps {
  readonly original: string | null;
  readonly output: string | null;
  readonly before: Loading;
  readonly after: Loading;
  readonly isPending: boolean;
}

/** Says which of the two pictures is shown, and why the other one is not. */
function Missing({ original, output, before, after, isPending }: MissingProps) {
  return (
    <p role="status">
      {original === null && 'The original has no address that a browser can open. '}
      {original !== null && before === 'loading' && 'Loading the original… '}
      {original !== null &&
        before === 'failed' &&
        'The original cannot be shown: its server did not give it to the browser, or the browser cannot read its format. '}
      {output === null && `There is no compressed image${isPending ? ' yet' : ''}.`}
      {output !== null && after === 'loading' && 'Loading the compressed image…'}
      {output !== null && after === 'failed' && 'The compressed image cannot be loaded.'}
      {after === 'loaded' && before !== 'loaded' && ' You see the compressed image.'}
    </p>
  );
}

function useLoading(source: string | null) {
  const [state, setState] = useState<Loading>('loading');

  useEffect(() => {
    if (source === null || state !== 'loading') return;
    const timer = setTimeout(() => {
      setState('failed');
    }, PATIENCE_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [source, state]);

  const events = {
    onLoad: () => {
      setState('loaded');
    },
    onError: () => {
      setState('failed');
    },
  };
  return [state, events] as const;
}

/** Moves the line to where the picture is pressed or dragged; the slider does the same by keyboard. */
function useDrag(setShare: (share: number) => void) {
  const ref = useRef<HTMLDivElement>(null);
  const follow = ({ clientX, buttons }: PointerEvent) => {
    if (ref.current === null || buttons === 0) return;
    const { left, width } = ref.current.getBoundingClientRect();
    setShare(Math.round(Math.min(Math.max((clientX - left) / width, 0), 1) * 100));
  };
  const drag: HTMLAttributes<HTMLDivElement> = {
    onPointerDown: (event) => {
      ref.current?.setPointerCapture(event.pointerId);
      follow(event);
    },
    onPointerMove: follow,
  };
  return { ref, drag };
}

/** Keeps the place of the pictures, which both have the shape of the compressed one. */
function frameOf({ width, height }: ImageResource, isActualSize: boolean): CSSProperties {
  if (width === null || height === null) return {};
  const ratio = width / height;
  return {
    aspectRatio: String(ratio),
    width: isActualSize ? `${width}px` : `min(100%, ${width}px, ${ratio * 60}vh)`,
  };
}
