/** Suites share real servers that globalSetup starts once; each suite has its own task queue and database. */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022' }, sourceMaps: 'inline' }] },
  globalSetup: '<rootDir>/test/support/globalSetup.ts',
  globalTeardown: '<rootDir>/test/support/globalTeardown.ts',
  // More workers than cores: they mostly wait for servers, timeouts and heartbeats.
  maxWorkers: 4,
  // At the end each worker holds about 1 GB. Freeing it takes longer than the default half second, after which
  // Jest would kill the worker and wrongly report open handles.
  workerGracefulExitTimeout: 10_000,
  randomize: true,
  testTimeout: 120_000,
};
