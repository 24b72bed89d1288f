/** Suites share real servers that globalSetup starts once, and keep apart by task queue and database. */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022' }, sourceMaps: 'inline' }] },
  globalSetup: '<rootDir>/test/support/globalSetup.ts',
  globalTeardown: '<rootDir>/test/support/globalTeardown.ts',
  // More than cores: much of the time goes by in waiting for servers, timeouts and heartbeats.
  maxWorkers: 4,
  // By their end the workers hold about 1 GB each, and giving it back takes longer than the default
  // half second: Jest would end them and blame open handles, of which there are none.
  workerGracefulExitTimeout: 10_000,
  randomize: true,
  testTimeout: 120_000,
};
