/**
 * Loaded into image processes by NODE_OPTIONS: a picture that contains "crash" ends the process, as a fault of the
 * library would; one that contains "hang" keeps it busy without end. No picture does so on demand.
 */
const compressing = require('../../dist/src/images/compress.js');

const { compress } = compressing;
compressing.compress = (bytes, ...given) => {
  if (bytes.includes('crash')) process.kill(process.pid, 'SIGSEGV');
  while (bytes.includes('hang'));
  return compress(bytes, ...given);
};
