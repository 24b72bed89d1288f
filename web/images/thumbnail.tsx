import { useEffect, useState } from 'preact/hooks';
import { useRouter } from 'wouter-preact';
import type { ImageResource } from '../../contract/http/images';
import { nameOf, thumbnailOf } from '../logic/imageNames';

/** Of those that only fly past while the list is scrolled, none is loaded. */
const DELAY_MS = 120;

/** Pauses before a picture that could not be loaded is tried again: the API may be back by then. */
const AGAIN_MS = [5_000, 15_000, 45_000];

interface Props {
  readonly requestId: string;
  readonly image: ImageResource;
  /** Width and height in pixels. */
  readonly size: number;
}

/** A small picture of the compressed image; a frame in its place where there is none. */
export function Thumbnail({ requestId, image: { output_url, source_url }, size }: Props) {
  const { base } = useRouter();
  const [isDue, setDue] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  const [tries, setTries] = useState(0);
  const source = output_url === null ? null : thumbnailOf(base, requestId, output_url);

  useEffect(() => {
    const timer = setTimeout(() => {
      setDue(true);
    }, DELAY_MS);
    return () => {
      clearTimeout(timer);
    };
  }, []);

  useEffect(() => {
    const pause = AGAIN_MS[tries];
    if (failed === null || pause === undefined) return;
    const timer = setTimeout(() => {
      setTries(tries + 1);
      setFailed(null);
    }, pause);
    return () => {
      clearTimeout(timer);
    };
  }, [failed]);

  return source === null || !isDue || failed === source ? (
    <span
      class="images-thumbnail"
      style={{ width: `${size}px`, height: `${size}px` }}
      aria-hidden="true"
    />
  ) : (
    <img
      class="images-thumbnail"
      src={source}
      width={size}
      height={size}
      loading="lazy"
      decoding="async"
      // Some browsers drag a picture as a file, which the page would take for a CSV.
      draggable={false}
      alt={`Thumbnail of ${nameOf(source_url ?? source)}`}
      onError={() => {
        setFailed(source);
      }}
    />
  );
}
