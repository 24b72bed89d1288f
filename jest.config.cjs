/** Suites share real servers that globalSetup starts once, so they run one after the other. */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022' }, sourceMaps: 'inline' }] },
  maxWorkers: 1,
  randomize: true,
  testTimeout: 60_000,
};
