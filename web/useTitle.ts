import { useEffect } from 'preact/hooks';

/** Sets the title of the tab, which screen readers read out when the view changes. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} – Image Processor`;
  }, [title]);
}
