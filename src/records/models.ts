import { Schema, type Connection, type Model } from 'mongoose';
import type {
  DeliveryRecord,
  FindingRecord,
  ImageRecord,
  RequestRecord,
  RowRecord,
  WorkerRecord,
} from './types';

export interface Models {
  readonly Request: Model<RequestRecord>;
  readonly Row: Model<RowRecord>;
  readonly Image: Model<ImageRecord>;
  readonly Delivery: Model<DeliveryRecord>;
  readonly Worker: Model<WorkerRecord>;
  readonly Finding: Model<FindingRecord>;
}

/** By default mongoose drops unknown fields silently; with `throw` they are an error. */
const options = { versionKey: false, strict: 'throw', autoIndex: false } as const;

const counts = {
  total: { type: Number, required: true },
  succeeded: { type: Number, required: true },
  failed: { type: Number, required: true },
  pending: { type: Number, required: true },
};
const text = { type: String, required: true };
const number = { type: Number, required: true };
const optional = <T>(type: T) => ({ type, default: null });

const sheet = new Schema(
  {
    link_columns: [Number],
    delimiter: text,
    encoding: text,
    has_mark: Boolean,
    line_end: String,
    // Not `text`, which must not be empty.
    preamble: String,
    base_url: String,
    output: String,
    warnings: [String],
  },
  { _id: false },
);

const recording = new Schema(
  {
    rows: number,
    weight: number,
    begins_at: number,
    may_lack_links: Boolean,
    is_escaped: Boolean,
    has_odd_quotes: Boolean,
  },
  { _id: false },
);

const requestSchema = new Schema(
  {
    _id: text,
    state: text,
    owner: optional(String),
    caller: optional(String),
    round: number,
    sequence: number,
    counts,
    bytes: { in: number, out: number },
    options: {
      quality: number,
      format: text,
      effort: text,
      max_width: optional(Number),
      max_height: optional(Number),
    },
    webhook_url: optional(String),
    columns: [String],
    sheet: optional(sheet),
    url_column: Number,
    rows: number,
    lanes: [Number],
    recording,
    bad_rows: number,
    file_name: text,
    idempotency_key: String,
    fingerprint: text,
    note: optional(String),
    created_at: { type: Date, required: true },
    started_at: optional(Date),
    finished_at: optional(Date),
    updated_at: { type: Date, required: true },
    removed_at: Date,
  },
  options,
)
  .index({ idempotency_key: 1 }, { unique: true, sparse: true })
  // Newest first, of all states or of one; and of one state, longest without an update first.
  .index({ created_at: -1, _id: -1 })
  .index({ state: 1, created_at: -1, _id: -1 })
  .index({ state: 1, updated_at: 1 })
  // Those of one owner, as above.
  .index({ owner: 1, state: 1, created_at: -1, _id: -1 });

const failure = new Schema({ code: text, message: text }, { _id: false });

const rowSchema = new Schema(
  {
    _id: text,
    request_id: text,
    number,
    cells: [String],
    images: [String],
    error: optional(failure),
  },
  options,
);

const compressed = new Schema(
  {
    file: text,
    bytes_in: number,
    bytes_out: number,
    width: number,
    height: number,
    format: text,
    note: optional(String),
  },
  { _id: false },
);

const imageSchema = new Schema(
  {
    _id: text,
    request_id: text,
    url: text,
    data: Buffer,
    places: number,
    late: Number,
    status: text,
    round: optional(Number),
    attempts: number,
    error: optional(failure),
    retry_at: optional(Date),
    result: optional(compressed),
    timeline: Schema.Types.Mixed,
  },
  options,
);

const deliverySchema = new Schema(
  {
    _id: text,
    request_id: text,
    url: text,
    state: text,
    attempts: number,
    status_code: optional(Number),
    error: optional(String),
    created_at: { type: Date, required: true },
    updated_at: { type: Date, required: true },
    delivered_at: optional(Date),
  },
  options,
)
  .index({ state: 1, updated_at: 1 })
  .index({ request_id: 1 });

const coolingHost = new Schema(
  { host: text, until: { type: Date, required: true }, reason: text },
  { _id: false },
);

const workerSchema = new Schema(
  {
    _id: text,
    host: text,
    version: text,
    started_at: { type: Date, required: true },
    seen_at: { type: Date, required: true },
    images_in_progress: number,
    cooling_hosts: [coolingHost],
  },
  options,
);

const findingSchema = new Schema(
  {
    _id: text,
    request_id: text,
    finding: text,
    note: text,
    at: { type: Date, required: true },
  },
  options,
);

export function defineModels(connection: Connection): Models {
  return {
    Request: connection.model<RequestRecord>('Request', requestSchema, 'requests'),
    Row: connection.model<RowRecord>('Row', rowSchema, 'rows'),
    Image: connection.model<ImageRecord>('Image', imageSchema, 'images'),
    Delivery: connection.model<DeliveryRecord>('Delivery', deliverySchema, 'deliveries'),
    Worker: connection.model<WorkerRecord>('Worker', workerSchema, 'workers'),
    Finding: connection.model<FindingRecord>('Finding', findingSchema, 'findings'),
  };
}
