import type { ComponentChildren } from 'preact';
import { useRouter } from 'wouter-preact';
import type { Place } from '../logic/imageCursor';

interface Props {
  readonly place: Place;
  readonly pathOf: (place: Place) => string;
  readonly onOpen: (place: Place) => void;
  readonly children: ComponentChildren;
}

/**
 * Opens an image. Unlike the router's link it does not follow the address: of these, dozens come and go with every
 * scrolled page.
 */
export function ImageLink({ place, pathOf, onOpen, children }: Props) {
  const { base } = useRouter();
  return (
    <a
      href={`${base}${pathOf(place)}`}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
        event.preventDefault();
        onOpen(place);
      }}
    >
      {children}
    </a>
  );
}
