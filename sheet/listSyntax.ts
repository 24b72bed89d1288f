/** Parts of regular expressions (flags `iu`) about lists of links in cells. */

/**
 * Invisible characters (Unicode's Cc and Cf): controls, zero-width characters, direction marks, the byte order
 * mark. Text copied from spreadsheets and web pages often has them around it.
 */
export const INVISIBLE = '\\p{Cc}\\p{Cf}';
/** Separators of list items. The wide ones are typed on Asian and Arabic keyboards. */
export const LIST_SEPARATOR = ',;|、，；｜،؛。・';
export const SEPARATOR = `\\s${LIST_SEPARATOR}${INVISIBLE}`;
export const OPENING = '"\'`(<\\[{“„‘«‹（「【《';
export const CLOSING = '"\'`)>\\]}”“’»›）」】》';
/** A line break as Excel writes it into XML (ECMA-376, ST_Xstring), as an HTML tag, or as an escape sequence. */
export const WRITTEN_BREAK = `_x000[AaDd]_|<br\\s*/?>|\\\\[rnt](?=$|[\\\\${SEPARATOR}${OPENING}]|https?:|//|www\\.)`;

export const WITH_SCHEME = '(?:https?://|s3://|data:image/)';
/** Read as https, as browsers do. */
export const WITHOUT_SCHEME = '(?://(?=[\\w[])|www\\.(?=\\w))';
