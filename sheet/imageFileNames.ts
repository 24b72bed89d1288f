/** File name extensions of images on the web and from cameras, supported formats or not. */
const EXTENSIONS =
  '\\.(?:jpe?g|jpe|jfif|png|apng|webp|avif|gif|tiff?|bmp|heic|heif|svg|ico|jxl|jp2|psd)';

const ENDS_HERE = new RegExp(`${EXTENSIONS}$`, 'i');
const PUNCTUATION = /[.:!'’)\]}]$/;
/** Punctuation after a complete link, as in a sentence: `(… a.jpg).` */
const ENDS_BEFORE_PUNCTUATION = new RegExp(`(?<=${EXTENSIONS})[.:!'’)\\]}]{1,8}$`, 'i');

/** At least the length of an extension and the punctuation after it. */
const TAIL = 14;

/** Whether an image file name ends before `index`; punctuation may follow it. */
export function imageFileNameEndsAt(text: string, index: number): boolean {
  const tail = text.slice(Math.max(index - TAIL, 0), index);
  return ENDS_HERE.test(tail) || (PUNCTUATION.test(tail) && ENDS_BEFORE_PUNCTUATION.test(tail));
}

const IS_NAME = new RegExp(`${EXTENSIONS}(?=$|[?#]|\\s*\\()`, 'i');

/** Whether a text is an image file name, also with a query or a bracketed remark. An attribute (`alt="a.jpg`) is not. */
export function isImageFileName(text: string): boolean {
  return IS_NAME.test(text) && !/^[^?#]*["=]/.test(text);
}

/** Removes the punctuation after an image file name. */
export function withoutPunctuation(text: string): string {
  if (!PUNCTUATION.test(text.slice(-1))) return text;
  const tail = text.slice(-TAIL);
  return text.slice(0, text.length - tail.length) + tail.replace(ENDS_BEFORE_PUNCTUATION, '');
}

const REMARK = new RegExp(`(?<=${EXTENSIONS})\\s*\\(.*$`, 'is');

/** Removes a bracketed remark after an image file name. */
export function withoutRemark(text: string): string {
  return ENDS_HERE.test(text) || text.includes('?') ? text : text.replace(REMARK, '');
}
