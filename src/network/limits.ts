/**
 * Maximum size of a response header. Shops behind several proxies send more than Node's 16 KB; browsers accept
 * 256 KB.
 */
export const MAX_HEADER_BYTES = 64 * 1024;
