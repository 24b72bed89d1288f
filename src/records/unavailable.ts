import { mongo, Error as MongooseError } from 'mongoose';

/** Whether a call failed because the database is unreachable, and not because of the call itself. */
export function isUnavailable(error: unknown): boolean {
  return (
    error instanceof mongo.MongoNetworkError ||
    error instanceof mongo.MongoServerSelectionError ||
    error instanceof mongo.MongoNotConnectedError ||
    error instanceof mongo.MongoTopologyClosedError ||
    error instanceof MongooseError.MongooseServerSelectionError ||
    (error instanceof mongo.MongoError && error.hasErrorLabel('RetryableWriteError')) ||
    // The driver reports an interrupted bulk write as this error, without a code. An error from the server has a code.
    (error instanceof mongo.MongoBulkWriteError && error.code === undefined)
  );
}
