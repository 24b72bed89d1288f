import { useEffect, useRef, useState } from 'preact/hooks';

/**
 * Takes a file that is dropped anywhere on the page. Returns whether one is being dragged over it.
 *
 * @param onFile `null` while no file can be taken
 */
export function useFileDrop(onFile: ((file: File) => void) | null): boolean {
  const [isOver, setOver] = useState(false);
  const take = useRef(onFile);
  take.current = onFile;

  useEffect(() => {
    const hasFile = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') === true;

    function over(event: DragEvent) {
      if (!hasFile(event)) return;
      event.preventDefault();
      if (take.current === null && event.dataTransfer !== null) {
        event.dataTransfer.dropEffect = 'none';
      }
      setOver(take.current !== null);
    }
    function leave(event: DragEvent) {
      if (event.relatedTarget === null) setOver(false);
    }
    function drop(event: DragEvent) {
      if (!hasFile(event)) return;
      // The browser would open the file in place of the page.
      event.preventDefault();
      setOver(false);
      const file = event.dataTransfer?.files[0];
      if (file !== undefined) take.current?.(file);
    }
    const listening = new AbortController();
    const { signal } = listening;
    document.addEventListener('dragover', over, { signal });
    document.addEventListener('dragleave', leave, { signal });
    document.addEventListener('drop', drop, { signal });
    return () => {
      listening.abort();
    };
  }, []);

  return isOver;
}
