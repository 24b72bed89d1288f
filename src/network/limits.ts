/** Of an answer's header. Shops behind several proxies send more than Node's 16 KB; browsers take 256 KB. */
export const MAX_HEADER_BYTES = 64 * 1024;
