import type { Connection } from '@temporalio/client';
import type { Logger } from '../telemetry/logger';
import { messageOf } from '../errors';
import { SEARCH_ATTRIBUTES } from '../../workflows/names';

/** Values of `temporal.api.enums.v1.IndexedValueType`. */
const KEYWORD = 2;
const INT = 3;

const TYPES: Readonly<Record<string, number>> = {
  [SEARCH_ATTRIBUTES.status]: KEYWORD,
  [SEARCH_ATTRIBUTES.total]: INT,
  [SEARCH_ATTRIBUTES.succeeded]: INT,
  [SEARCH_ATTRIBUTES.failed]: INT,
};

/**
 * Registers the search attributes that the namespace lacks.
 *
 * @returns whether all are registered. Without permission to register them, the service runs without them.
 */
export async function ensureSearchAttributes(
  connection: Pick<Connection, 'operatorService'>,
  namespace: string,
  logger: Logger,
): Promise<boolean> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace,
    });
    const missing = Object.fromEntries(
      Object.entries(TYPES).filter(([name]) => customAttributes[name] === undefined),
    );
    if (Object.keys(missing).length > 0) {
      await connection.operatorService.addSearchAttributes({
        namespace,
        searchAttributes: missing,
      });
      logger.info({ attributes: Object.keys(missing) }, 'Registered search attributes');
    }
    return true;
  } catch (error) {
    logger.warn(
      { reason: messageOf(error), attributes: TYPES },
      'Search attributes could not be registered: requests cannot be searched by status in Temporal. ' +
        'Create them by `temporal operator search-attribute create`, then restart the worker',
    );
    return false;
  }
}
