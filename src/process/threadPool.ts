import { availableParallelism } from 'node:os';

/**
 * Imported before all else by a process that works on images: libuv makes its threads, four unless told
 * otherwise, at their first use. As many as images are compressed at once, and as many for files and names
 * (docs/decisions/effort.md).
 */
process.env['UV_THREADPOOL_SIZE'] ??= String(Math.max(4, 2 * (availableParallelism() + 1)));
