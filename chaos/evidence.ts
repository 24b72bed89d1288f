import type { Call } from './calls';
import type { Disturbance } from './disturb';
import type { Found } from './found';
import type { Observation } from './observations';
import type { Hit } from './origin';
import { readLink } from './pictures';
import type { Delivery } from './receiver';
import type { Sheet } from './sheets';
import type { Upload } from './uploads';

/** The contents of all ledgers, which the checks compare. */
export interface Evidence {
  readonly folder: string;
  readonly url: string;
  readonly found: Found;
  readonly uploads: readonly Upload[];
  readonly hits: readonly Hit[];
  readonly deliveries: readonly Delivery[];
  readonly observations: readonly Observation[];
  readonly disturbances: readonly Disturbance[];
  readonly calls: readonly Call[];
  /** When the late links of each sheet became available, by the number of the sheet. */
  readonly repaired: Readonly<Record<string, number>>;
}

/** The findings of a check, each a sentence with ids. */
export type Violations = string[];

/** A request and the sheet that was uploaded for it. */
export interface UploadedRequest {
  readonly request: Found['requests'][number];
  readonly sheet: Sheet;
}

/** Matches requests and sheets by file name. All names differ. */
export function requestsOf({ found, uploads }: Evidence): UploadedRequest[] {
  const sheets = new Map(uploads.map(({ sheet }) => [sheet.name, sheet]));
  return found.requests.flatMap((request) => {
    const sheet = sheets.get(request.file_name);
    return sheet === undefined ? [] : [{ request, sheet }];
  });
}

export function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** Whether a link leads to a picture, at the latest after the origin is repaired. The others must fail. */
export function isGood(link: string): boolean {
  const kind = readLink(link)?.kind;
  return kind === 'good' || kind === 'late';
}
