/** Endings by which files on the web and in cameras are pictures, whether or not they are formats that we take. */
const ENDINGS =
  '\\.(?:jpe?g|jpe|jfif|png|apng|webp|avif|gif|tiff?|bmp|heic|heif|svg|ico|jxl|jp2|psd)';

const ENDS_HERE = new RegExp(`${ENDINGS}$`, 'i');
const PUNCTUATION = /[.:!'’)\]}]$/;
/** What writers put behind a complete link: `(… a.jpg).` */
const ENDS_BEFORE_PUNCTUATION = new RegExp(`(?<=${ENDINGS})[.:!'’)\\]}]{1,8}$`, 'i');

/** More characters than an ending and the punctuation behind it have. */
const TAIL = 14;

/** Whether a picture's name ends in front of `index`; punctuation may stand between. */
export function pictureEndsAt(text: string, index: number): boolean {
  const tail = text.slice(Math.max(index - TAIL, 0), index);
  return ENDS_HERE.test(tail) || (PUNCTUATION.test(tail) && ENDS_BEFORE_PUNCTUATION.test(tail));
}

const IS_NAME = new RegExp(`${ENDINGS}(?=$|[?#]|\\s*\\()`, 'i');

/** Whether a text is a picture's name, also with a query or a remark in brackets; an attribute (`alt="a.jpg`) is none. */
export function isPictureName(text: string): boolean {
  return IS_NAME.test(text) && !/^[^?#]*["=]/.test(text);
}

/** The text without punctuation behind a picture's name. */
export function withoutPunctuation(text: string): string {
  if (!PUNCTUATION.test(text.slice(-1))) return text;
  const tail = text.slice(-TAIL);
  return text.slice(0, text.length - tail.length) + tail.replace(ENDS_BEFORE_PUNCTUATION, '');
}
