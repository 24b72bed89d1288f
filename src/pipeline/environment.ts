/**
 * Variables of ours that image processes need. The others are left out: keys, secrets and the addresses of databases
 * have no place in a process that decodes bytes from the internet.
 */
const NEEDED = [
  'DATA_DIR',
  'MAX_IMAGE_BYTES',
  'MAX_IMAGE_PIXELS',
  'MAX_REDIRECTS',
  'DOWNLOAD_TIMEOUT_MS',
  'FIRST_BYTE_TIMEOUT_MS',
  'DOWNLOAD_USER_AGENT',
  'DOWNLOAD_HEADERS_FILE',
  'IMAGE_CONCURRENCY',
  'HOST_CONCURRENCY',
  'IMAGE_MAX_ATTEMPTS',
  'ALLOWED_NETWORKS',
  'ALLOWED_PORTS',
];

/** Variables of the system, of Node and of the loader: certificates, memory allocator, temporary files. */
const SYSTEM =
  /^(PATH|HOME|TZ|LANG|LC_\w+|TMPDIR|TMP|TEMP|SystemRoot|NODE_\w+|SSL_CERT_\w+|LD_\w+|MALLOC_\w+|VIPS_\w+)$/;

export function imageEnvironmentOf(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => NEEDED.includes(name) || SYSTEM.test(name)),
  );
}
