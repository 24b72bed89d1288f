/**
 * Copies a text to the clipboard. Browsers offer that to pages with https only; others can copy what is selected.
 *
 * @param place where a text may be put for a moment: in an open dialog, nothing outside of it can be selected
 * @returns whether the browser has done it
 */
export async function copyText(text: string, place: HTMLElement): Promise<boolean> {
  // Its type does not say that it may be missing.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard !== undefined) {
    try {
      await clipboard.writeText(text);
      return true;
    } catch {
      // Not allowed: the other way may be.
    }
  }
  const field = document.createElement('textarea');
  field.value = text;
  field.readOnly = true;
  field.className = 'copy-source';
  place.append(field);
  field.select();
  // Deprecated, and the only way without https.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const isCopied = document.execCommand('copy');
  field.remove();
  return isCopied;
}
