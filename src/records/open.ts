import mongoose from 'mongoose';
import { createDeliveries, type Deliveries } from './deliveries';
import { createFindings, type Findings } from './findings';
import { createImages, type Images } from './images';
import { defineModels } from './models';
import { createListing, type Listing } from './listing';
import { createRequests, type RequestRecords } from './requests';
import { createRounds, type Rounds } from './rounds';
import { createRows, type Rows } from './rows';
import { createWorkers, type Workers } from './workers';

export interface Records {
  readonly requests: RequestRecords;
  readonly rounds: Rounds;
  readonly listing: Listing;
  readonly rows: Rows;
  readonly images: Images;
  readonly deliveries: Deliveries;
  readonly workers: Workers;
  readonly findings: Findings;
  /** Resolves when the database answers; rejects within seconds when it does not. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Connects to MongoDB and creates the indexes. Every write is acknowledged by a majority and journalled, so that an
 * acknowledged write survives the loss of a node.
 *
 * @throws when the database cannot be reached within five seconds; the caller decides whether to retry
 */
export async function openRecords(uri: string): Promise<Records> {
  const connection = mongoose.createConnection(uri, {
    autoIndex: false,
    // Otherwise mongoose creates the collections in the background, at the same time as the indexes below.
    autoCreate: false,
    bufferCommands: false,
    serverSelectionTimeoutMS: 5_000,
    connectTimeoutMS: 5_000,
    // Without it, a call to a server that froze would never end.
    socketTimeoutMS: 60_000,
    writeConcern: { w: 'majority', journal: true },
  });
  try {
    await connection.asPromise();
    const models = defineModels(connection);
    await models.Request.createIndexes();
    await models.Delivery.createIndexes();
    return {
      requests: createRequests(models),
      rounds: createRounds(models),
      listing: createListing(models),
      rows: createRows(models),
      images: createImages(models),
      deliveries: createDeliveries(models),
      workers: createWorkers(models),
      findings: createFindings(models),
      async ping() {
        await connection.db?.admin().ping();
      },
      close: () => connection.close(),
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}
