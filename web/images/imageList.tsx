import type { RequestResource } from '../../contract/http/requests';
import { formatImages } from '../logic/format';
import { isComplete, lengthOf, type Expected } from '../logic/imageChunks';
import type { Place } from '../logic/imageCursor';
import { writeFilter, type ImageFilter } from '../logic/imageFilter';
import type { ImageView } from '../logic/imageLayout';
import { Failure } from '../parts/failure';
import { ImageBox } from './imageBox';
import { useImages } from './useImages';

interface Props {
  readonly request: RequestResource;
  readonly filter: ImageFilter;
  readonly expected: Expected;
  readonly view: ImageView;
  readonly pathOf: (place: Place) => string;
  readonly onOpen: (place: Place) => void;
}

/** The images that match a filter, however many. */
export function ImageList({ request, filter, expected, view, pathOf, onOpen }: Props) {
  const { images, error, reader } = useImages(request, filter, expected);
  const length = lengthOf(images);
  const isExact = expected.isExact || isComplete(images);
  const isFiltered = writeFilter(filter) !== '';
  return (
    <>
      {error !== null && <Failure error={error} isRetried />}
      <p class={length === 0 ? 'empty' : 'images-count'} role="status">
        {length === 0 && !isExact && error === null && 'Looking for images…'}
        {length === 0 &&
          isExact &&
          (isFiltered ? 'No image matches these filters.' : 'No images yet.')}
        {length > 0 && `${isExact ? '' : 'About '}${formatImages(length)}`}
      </p>
      <ImageBox
        requestId={request.request_id}
        images={images}
        view={view}
        reader={reader}
        pathOf={pathOf}
        onOpen={onOpen}
      />
    </>
  );
}
