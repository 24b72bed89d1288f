/**
 * Loaded into a worker process by `node --require`: the process kills itself at every image whose link contains
 * "poison". The worker has no such hook of its own.
 */
const pipeline = require('../../dist/src/pipeline/pipeline.js');

const { createImagePipeline } = pipeline;
pipeline.createImagePipeline = (...given) => {
  const real = createImagePipeline(...given);
  return {
    process(image, signal) {
      if (image.link.includes('poison')) process.kill(process.pid, 'SIGKILL');
      return real.process(image, signal);
    },
  };
};
