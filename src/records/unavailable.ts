import { mongo, Error as MongooseError } from 'mongoose';

/** Whether a call failed because the database could not be reached, not because of what it asked. */
export function isUnavailable(error: unknown): boolean {
  return (
    error instanceof mongo.MongoNetworkError ||
    error instanceof mongo.MongoServerSelectionError ||
    error instanceof mongo.MongoNotConnectedError ||
    error instanceof mongo.MongoTopologyClosedError ||
    error instanceof MongooseError.MongooseServerSelectionError ||
    (error instanceof mongo.MongoError && error.hasErrorLabel('RetryableWriteError')) ||
    // The driver puts what cut off a bulk write into an error of this kind. What a server said has a code.
    (error instanceof mongo.MongoBulkWriteError && error.code === undefined)
  );
}
