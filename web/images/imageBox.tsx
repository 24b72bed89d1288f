import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { imagesIn, indexOf, lengthOf, locate, type Anchor } from '../logic/imageChunks';
import type { Place } from '../logic/imageCursor';
import { layoutOf, type ImageView } from '../logic/imageLayout';
import type { ImageReader, Images } from '../logic/imageReader';
import { scrollTopOf, scrollWindow } from '../logic/scrollWindow';
import { ImageGrid } from './imageGrid';
import { ImageTable } from './imageTable';
import { useSize } from './useSize';

interface Props {
  readonly requestId: string;
  readonly images: Images;
  readonly view: ImageView;
  readonly reader: ImageReader | null;
  readonly pathOf: (place: Place) => string;
  readonly onOpen: (place: Place) => void;
}

/** The first visible line, by what it shows. */
interface Top {
  readonly anchor: Anchor;
  /** How much of the line is above the box, in pixels. */
  readonly hidden: number;
}

/** A box that scrolls over all images and draws those that are visible. */
export function ImageBox({ requestId, images, view, reader, pathOf, onOpen }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const top = useRef<Top | null>(null);
  const { width, height } = useSize(box);
  const [scrolled, setScrolled] = useState(0);
  const layout = useMemo(() => layoutOf(view, width), [view, width]);
  const { columns, lineHeight } = layout;
  const length = lengthOf(images);
  const lines = { count: Math.ceil(length / columns), height: lineHeight };
  const drawn = scrollWindow({ top: scrolled, height }, lines);
  const from = drawn.from * columns;
  const to = Math.min(drawn.to * columns, length);

  useEffect(() => {
    reader?.show({ from, to });
  }, [reader, from, to]);

  const { starts } = images;
  useLayoutEffect(() => {
    // What is visible stays in place when images before it become more or fewer, or when it is laid out anew.
    if (top.current === null || box.current === null) return;
    const line = Math.floor(indexOf(images, top.current.anchor) / columns);
    const hidden = Math.min(top.current.hidden, lineHeight - 1);
    const shift = scrollTopOf({ line, hidden }, height, lines) - scrolled;
    // Meanwhile it may have been scrolled further: that counts, and the event that tells of it is on its way.
    const isElsewhere = Math.abs(box.current.scrollTop - scrolled) > height;
    if (isElsewhere || Math.abs(shift) < 1) return;
    box.current.scrollTop += shift;
    setScrolled(box.current.scrollTop);
    // `starts` stands for `images` and `lines`.
  }, [starts, columns, lineHeight]);

  function onScroll() {
    const scrollTop = box.current?.scrollTop ?? 0;
    const { line, hidden } = scrollWindow({ top: scrollTop, height }, lines).top;
    top.current = scrollTop === 0 ? null : { anchor: locate(images, line * columns), hidden };
    setScrolled(scrollTop);
  }

  useKeptFocus(box, from);

  const shown = imagesIn(images, { from, to });
  const List = view === 'table' ? ImageTable : ImageGrid;
  return (
    <div
      ref={box}
      class={`images-box ${layout.isNarrow ? 'is-narrow' : ''}`}
      role="region"
      aria-label={view === 'table' ? 'Table of images' : 'Grid of images'}
      tabIndex={0}
      hidden={length === 0}
      onScroll={onScroll}
    >
      <List
        requestId={requestId}
        images={shown}
        from={from}
        length={length}
        layout={layout}
        scrollHeight={drawn.scrollHeight}
        offset={drawn.offset}
        pathOf={pathOf}
        onOpen={onOpen}
      />
    </div>
  );
}

/** Gives the focus to the box when the image that had it is no longer drawn: otherwise Tab begins at the top of the page. */
function useKeptFocus(box: { readonly current: HTMLElement | null }, from: number): void {
  const hadFocus = box.current?.contains(document.activeElement) ?? false;
  useLayoutEffect(() => {
    if (hadFocus && document.activeElement === document.body) {
      box.current?.focus({ preventScroll: true });
    }
  }, [from]);
}
