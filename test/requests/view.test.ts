import type { RequestRecord } from '../../src/records/types';
import { recordedReport, viewOf } from '../../src/requests/view';

/** A request as version 0.1.0 recorded it. */
const OLD_RECORD: RequestRecord = {
  _id: '5efa2c81-0000-4000-8000-000000000000',
  state: 'completed',
  round: 1,
  sequence: 4,
  counts: { total: 1, succeeded: 1, failed: 0, pending: 0 },
  bytes: { in: 10, out: 5 },
  options: { quality: 50, format: 'keep', effort: 'balanced', max_width: null, max_height: null },
  webhook_url: null,
  columns: ['S. No.', 'Product Name', 'Image Url', 'Input Image Urls'],
  url_column: 3,
  rows: 1,
  lanes: [1],
  bad_rows: 0,
  file_name: 'products.csv',
  fingerprint: '',
  note: null,
  created_at: new Date(0),
  started_at: new Date(0),
  finished_at: new Date(0),
  updated_at: new Date(0),
};

const LINKS = { publicUrl: 'http://host', temporalPage: null };

describe('viewOf(record, …)', () => {
  it('shows what an older version recorded about how the file was read', () => {
    const report = recordedReport(OLD_RECORD);
    expect(viewOf(OLD_RECORD, report, null, LINKS).sheet).toEqual({
      columns: ['S. No.', 'Product Name', 'Image Url', 'Input Image Urls'],
      link_columns: ['Input Image Urls'],
      delimiter: null,
      encoding: 'utf-8',
      rows: 1,
      warnings: [],
    });
  });

  it('links to the page in the Temporal Web UI', () => {
    const temporalPage = 'http://ui.example/namespaces/default/workflows/image-request%2F5efa2c81';
    const { links } = viewOf(OLD_RECORD, recordedReport(OLD_RECORD), null, {
      ...LINKS,
      temporalPage,
    });
    expect(links.temporal).toBe(temporalPage);
  });

  it('shows base_url without credentials', () => {
    const sheet = {
      link_columns: [2],
      delimiter: ',',
      encoding: 'utf-8',
      base_url: 'https://user:password@shop.example/images',
      warnings: [],
    };
    const record = { ...OLD_RECORD, sheet };
    const { options } = viewOf(record, recordedReport(record), null, LINKS);
    expect(options.base_url).toBe('https://shop.example/images');
  });
});
