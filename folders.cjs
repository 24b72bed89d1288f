/**
 * What each folder (or single file) may import of the others: the only list of it. `npm run check` enforces it, and
 * fails as well for an entry that nothing uses (test/structure/dependencies.test.ts). From those in `types` only types
 * may be imported. docs/architecture.md shows it as a picture, drawn by `npm run diagram`.
 */
const FOLDERS = {
  contract: { imports: [] },
  client: { imports: ['contract'] },
  sheet: { imports: ['contract'] },
  web: { imports: ['client', 'contract'] },
  workflows: { imports: ['contract'], types: ['activities'] },
  activities: {
    imports: [
      'contract',
      'workflows',
      'src/csv',
      'src/errors.ts',
      'src/images',
      'src/network',
      'src/recording',
      'src/records',
      'src/storage',
      'src/webhooks',
    ],
    types: ['src/config.ts', 'src/pipeline', 'src/requests', 'src/telemetry', 'src/temporal'],
  },
  'src/errors.ts': { imports: ['contract'] },
  'src/cache.ts': { imports: [] },
  'src/keyedLimit.ts': { imports: [] },
  'src/callers.ts': { imports: [] },
  'src/config.ts': { imports: ['contract', 'src/callers.ts', 'src/network', 'src/storage'] },
  'src/network': { imports: ['contract', 'src/cache.ts', 'src/errors.ts'] },
  'src/csv': { imports: ['contract', 'sheet'] },
  'src/images': { imports: ['contract', 'src/errors.ts', 'src/network'], types: ['src/config.ts'] },
  'src/pipeline': {
    imports: [
      'contract',
      'src/errors.ts',
      'src/images',
      'src/network',
      'src/process',
      'src/storage',
    ],
    types: ['src/config.ts', 'src/telemetry'],
  },
  'src/webhooks': {
    imports: ['contract', 'src/errors.ts', 'src/keyedLimit.ts', 'src/network'],
    types: ['src/config.ts'],
  },
  'src/recording': {
    imports: ['sheet', 'src/network', 'src/records'],
    types: ['contract'],
  },
  'src/records': { imports: ['contract'], types: ['src/config.ts'] },
  'src/storage': { imports: ['contract', 'src/errors.ts', 'src/images'] },
  'src/telemetry': { imports: ['contract', 'src/cache.ts', 'src/errors.ts', 'src/process'] },
  'src/process': { imports: ['src/errors.ts'], types: ['src/telemetry'] },
  'src/temporal': {
    imports: ['workflows', 'src/errors.ts'],
    types: ['activities', 'contract', 'src/config.ts', 'src/telemetry'],
  },
  'src/requests': {
    imports: [
      'contract',
      'sheet',
      'src/cache.ts',
      'src/csv',
      'src/errors.ts',
      'src/network',
      'src/recording',
      'src/records',
      'src/storage',
    ],
    types: ['src/config.ts', 'src/telemetry', 'src/temporal'],
  },
  'src/system': {
    imports: ['contract', 'src/cache.ts', 'src/errors.ts'],
    types: ['src/config.ts', 'src/pipeline', 'src/records', 'src/telemetry'],
  },
  'src/http': {
    imports: [
      'contract',
      'sheet',
      'src/cache.ts',
      'src/callers.ts',
      'src/csv',
      'src/errors.ts',
      'src/keyedLimit.ts',
      'src/network',
      'src/records',
      'src/telemetry',
    ],
    types: ['src/config.ts', 'src/requests', 'src/storage', 'src/system'],
  },
  'src/terminal': { imports: [], types: ['contract'] },
  'src/ops': {
    imports: [
      'contract',
      'workflows',
      'src/errors.ts',
      'src/records',
      'src/requests',
      'src/storage',
      'src/telemetry',
      'src/temporal',
      'src/terminal',
    ],
    types: ['activities', 'src/config.ts'],
  },
  'src/dev': {
    imports: ['client', 'workflows', 'src/errors.ts', 'src/process', 'src/terminal'],
    types: ['contract', 'src/config.ts'],
  },
};

const pathOf = (name) => (name.endsWith('.ts') ? `^${name}$` : `^${name}/`);

module.exports = { FOLDERS, pathOf };
