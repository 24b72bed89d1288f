import type { RequestResource } from '../../contract/http/requests';
import type { ListQuery } from '../records/listing';
import type { Records } from '../records/open';
import type { Runs } from '../temporal/runs';
import { recordedReport, viewOf } from './view';

export interface ListDeps {
  readonly records: Pick<Records, 'listing' | 'deliveries'>;
  readonly config: { readonly PUBLIC_URL: string };
  readonly runs: Pick<Runs, 'pageOf'>;
}

export interface ListPage {
  readonly requests: readonly RequestResource[];
  /** Where the next page begins (`ListQuery.after`); `null` on the last page. */
  readonly next: ListQuery['after'] | null;
}

/** Lists requests, newest first, by their records: the counts of a running one may be seconds old. */
export async function listRequests(
  { records, config, runs }: ListDeps,
  query: ListQuery,
): Promise<ListPage> {
  const found = await records.listing.list(query);
  const deliveries = await records.deliveries.findMany(found);
  const last = found.length === query.limit ? found.at(-1) : undefined;
  return {
    requests: found.map((record) => {
      const delivery = deliveries.get(record._id) ?? null;
      return viewOf(record, recordedReport(record), delivery, {
        publicUrl: config.PUBLIC_URL,
        temporalPage: runs.pageOf(record._id),
      });
    }),
    next: last === undefined ? null : { created_at: last.created_at, _id: last._id },
  };
}
