import { LISTED_IMAGE_CODES, ROW_ERROR_CODES } from './errorCodes';

/** The code of the group that holds all failures beyond the most frequent groups. */
export const OTHER_FAILURES = 'other';

type Advised =
  | (typeof LISTED_IMAGE_CODES)[number]
  | (typeof ROW_ERROR_CODES)[number]
  | typeof OTHER_FAILURES
  | 'http_401'
  | 'http_403';

/** What each error code means and what to do, for people who keep the shop and not the servers. */
const ADVICE: Readonly<Record<Advised, string>> = {
  no_links:
    'The row has no link to an image. Add one, or remove the row if the product needs no image.',
  invalid_links:
    'The cell holds text that is not a link, such as the name of a file. Enter the full address of each image, ' +
    'beginning with https://.',
  malformed_row:
    'The row is damaged: a quote is not closed, or it has more cells than the header. Correct it in the file and save ' +
    'the file as CSV again.',
  invalid_url:
    'The link is not a valid web address. Compare it with one that opens in a browser, and correct it.',
  blocked_address:
    'The link leads to a private network or a port that this service may not reach. Use a public link, or ask your ' +
    'administrator to allow the address (ALLOWED_NETWORKS, ALLOWED_PORTS).',
  not_found:
    'The host has no image at this link: it was moved, renamed or deleted. Open the link in a browser, and enter the ' +
    'new one.',
  http_401:
    'The host asks for a login before it shows the image. Make the image public, or ask your administrator to give ' +
    'this service access to the host.',
  http_403:
    'The host refuses to show the image to this service; it may need a login, or the link may have expired. Make the ' +
    'image public or get a new link, and ask the owner of the host if it refuses downloads.',
  too_large:
    'The file has more bytes than this service accepts. Link a smaller version, or ask your administrator to raise ' +
    'MAX_IMAGE_BYTES.',
  too_many_pixels:
    'The image is wider and higher than this service accepts. Link a smaller version, or ask your administrator to ' +
    'raise MAX_IMAGE_PIXELS.',
  not_an_image:
    'The link leads to something else than an image, often a web page about it or a login. Use the address of the ' +
    'image itself: in a browser, "Copy image address".',
  unsupported_format:
    'The image has a format that this service does not read. Save it as JPEG, PNG, WebP, AVIF, GIF or TIFF.',
  corrupt_image:
    'The image file is damaged or cut off. Open the link in a browser; if the image is incomplete there, upload it to ' +
    'the host again.',
  too_many_redirects:
    'The link leads from address to address without an end that this service reaches. Open it in a browser, and use ' +
    'the address at which the image is shown.',
  internal:
    'This service failed on the image, which is not the fault of the link. Retry; if it fails again, give your ' +
    'administrator the request and this message.',
  dns_failure:
    'The name of the host does not exist or could not be looked up. Check its spelling in the link; if it is right, ' +
    'retry later.',
  connect_failure:
    'The host did not accept a connection, or its certificate is not valid. Open the link in a browser; if it works ' +
    'there, retry later, otherwise ask the owner of the host.',
  timeout:
    'The host took too long to send the image. Retry when it is less busy, or link a smaller version.',
  http_202:
    'The host was still preparing the image and never sent it. Wait until the link shows it in a browser, and retry.',
  http_408: 'The host ended the download because it took too long. Retry later.',
  http_425: 'The host was not ready to send the image. Retry later.',
  http_429:
    'The host limits how many images it sends in a while. Retry later, or ask the owner of the host to raise the limit.',
  http_5xx:
    'The host had an error of its own and sent no image. Retry when it works again; ask the owner of the host if it ' +
    'lasts.',
  other:
    'These failures have many different causes or hosts. Correct the more frequent ones first, or download the failed ' +
    'rows, which name the error of each.',
};

/** Returns the advice for an error code. Another 4xx response, `http_NNN`, gets a general one. */
export function adviceFor(code: string): string {
  return isAdvised(code) ? ADVICE[code] : refusedWith(code);
}

function isAdvised(code: string): code is Advised {
  return Object.hasOwn(ADVICE, code);
}

function refusedWith(code: string): string {
  const status = /^http_(\d{3})$/.exec(code)?.[1];
  const answer = status === undefined ? 'an error' : `HTTP ${status}`;
  return (
    `The host answered with ${answer} in place of the image. Open the link in a browser; if it shows the image there, ` +
    'ask the owner of the host why downloads are refused.'
  );
}
