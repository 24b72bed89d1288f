/**
 * Loaded before a worker process by `node --require`: it dies on the spot over every image whose link holds
 * the word. Only a test can set this; nothing in the worker knows of it.
 */
const pipeline = require('../../dist/src/images/pipeline.js');

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
