import { mongo } from 'mongoose';

const DUPLICATE_KEY = 11_000;

/**
 * Inserts documents, of which some may be recorded already: an activity that runs again inserts the same ones.
 *
 * @param insert an unordered insert, so that the others are inserted all the same
 */
export async function insertMissing(insert: () => Promise<unknown>): Promise<void> {
  try {
    await insert();
  } catch (error) {
    if (!(error instanceof mongo.MongoBulkWriteError)) throw error;
    const failures = [error.writeErrors].flat();
    if (failures.length === 0 || failures.some(({ code }) => code !== DUPLICATE_KEY)) throw error;
  }
}
