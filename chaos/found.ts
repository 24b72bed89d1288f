import { isFinished } from '../contract/statuses';
import { Client, Connection } from '@temporalio/client';
import { mongo } from 'mongoose';
import type { DeliveryRecord, ImageRecord, RequestRecord, RowRecord } from '../src/records/types';
import type { Stage } from './stage';

const { MongoClient } = mongo;

export interface FoundRun {
  readonly workflowId: string;
  readonly status: string;
}

/** The contents of the databases, read without the product's own code. */
export interface Found {
  readonly requests: readonly RequestRecord[];
  readonly rows: readonly RowRecord[];
  readonly images: readonly ImageRecord[];
  readonly deliveries: readonly DeliveryRecord[];
  readonly runs: readonly FoundRun[];
}

/** The state of a request at one moment. */
export interface Snapshot {
  readonly at: number;
  readonly round: number;
  readonly state: string;
  /** The images that had not succeeded; `null` while the request runs, or when it changed during the read. */
  readonly undone:
    readonly Pick<ImageRecord, '_id' | 'url' | 'status' | 'error' | 'round' | 'attempts'>[] | null;
}

/** The prefix of the workflow ids of requests; the service has other workflows too. */
const WORKFLOW_PREFIX = 'image-request/';

export interface Reader {
  requests(): Promise<RequestRecord[]>;
  /** Reads the state of one request. @throws Error when it does not exist */
  snapshot(requestId: string): Promise<Snapshot>;
  deliveries(): Promise<DeliveryRecord[]>;
  runs(): Promise<FoundRun[]>;
  everything(): Promise<Found>;
  close(): Promise<void>;
}

export async function openReader(
  stage: Pick<Stage, 'mongodbUri' | 'temporalAddress'>,
): Promise<Reader> {
  const mongodb = await MongoClient.connect(stage.mongodbUri);
  const connection = await Connection.connect({ address: stage.temporalAddress });
  const client = new Client({ connection });

  function all<T extends mongo.BSON.Document>(name: string): Promise<T[]> {
    return mongodb.db().collection(name).find().toArray() as Promise<
      mongo.BSON.Document[]
    > as Promise<T[]>;
  }

  async function runs(): Promise<FoundRun[]> {
    const found: FoundRun[] = [];
    for await (const { workflowId, status } of client.workflow.list()) {
      if (workflowId.startsWith(WORKFLOW_PREFIX)) found.push({ workflowId, status: status.name });
    }
    return found;
  }

  async function request(id: string): Promise<RequestRecord> {
    const found = await mongodb.db().collection<RequestRecord>('requests').findOne({ _id: id });
    if (found === null) throw new Error(`Request ${id} does not exist`);
    return found;
  }

  async function snapshot(id: string): Promise<Snapshot> {
    const at = Date.now();
    const { round, state } = await request(id);
    if (!isFinished(state)) return { at, round, state, undone: null };
    const undone = await mongodb
      .db()
      .collection<ImageRecord>('images')
      // '0' follows '/' in ASCII.
      .find({ _id: { $gte: `${id}/`, $lt: `${id}0` }, status: { $ne: 'succeeded' } })
      .project<ImageRecord>({ url: 1, status: 1, error: 1, round: 1, attempts: 1 })
      .toArray();
    const after = await request(id);
    const isSame = after.round === round && after.state === state;
    return { at, round, state, undone: isSame ? undone : null };
  }

  /** Without the records of requests that were removed, which the service keeps for an hour. */
  async function requests(): Promise<RequestRecord[]> {
    const records = await all<RequestRecord>('requests');
    return records.filter(({ removed_at }) => removed_at === undefined);
  }

  const deliveries = () => all<DeliveryRecord>('deliveries');
  return {
    requests,
    snapshot,
    deliveries,
    runs,
    async everything() {
      return {
        requests: await requests(),
        rows: await all<RowRecord>('rows'),
        images: await all<ImageRecord>('images'),
        deliveries: await deliveries(),
        runs: await runs(),
      };
    },
    async close() {
      await mongodb.close();
      await connection.close();
    },
  };
}

export function requestIdOf({ workflowId }: FoundRun): string {
  return workflowId.slice(WORKFLOW_PREFIX.length);
}
