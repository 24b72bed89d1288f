import { useState } from 'preact/hooks';
import { IMAGE_VIEWS, type ImageView } from '../logic/imageLayout';

/** The browser keeps what was chosen. */
const VIEW = 'images-view';

const LABELS: Readonly<Record<ImageView, string>> = { table: 'Table', grid: 'Grid' };

export function useImageView(): [ImageView, (view: ImageView) => void] {
  const [view, setView] = useState<ImageView>(() => {
    const kept = localStorage.getItem(VIEW);
    return IMAGE_VIEWS.find((one) => one === kept) ?? 'table';
  });
  return [
    view,
    (chosen) => {
      localStorage.setItem(VIEW, chosen);
      setView(chosen);
    },
  ];
}

interface Props {
  readonly view: ImageView;
  readonly onChange: (view: ImageView) => void;
}

export function ViewSwitch({ view, onChange }: Props) {
  return (
    <div class="images-switch" role="group" aria-label="Show images as">
      {IMAGE_VIEWS.map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={one === view}
          onClick={() => {
            onChange(one);
          }}
        >
          {LABELS[one]}
        </button>
      ))}
    </div>
  );
}
