import { availableParallelism } from 'node:os';

/**
 * Sets the number of libuv threads. A process that works on images imports this file first, since libuv creates its
 * threads (by default 4) at their first use. There are as many as concurrent compressions, and the same number for
 * files and DNS lookups (docs/decisions/effort.md).
 */
process.env['UV_THREADPOOL_SIZE'] ??= String(Math.max(4, 2 * (availableParallelism() + 1)));
