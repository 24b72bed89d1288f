/**
 * What each folder may import of the others: the only list of it. `npm run check` holds it, and fails as well for an
 * entry that nothing uses (test/structure/dependencies.test.ts). `types` are folders of which only types may come.
 */
const FOLDERS = {
  contract: { imports: [] },
  client: { imports: ['contract'] },
  workflows: { imports: ['contract'], types: ['activities'] },
  activities: {
    imports: [
      ...[
        'contract',
        'workflows',
        'src/csv',
        'src/images',
        'src/network',
        'src/records',
        'src/storage',
      ],
      ...['src/telemetry', 'src/webhooks', 'src/root'],
    ],
    types: ['src/requests'],
  },
  'src/root': { imports: ['src/network'], types: ['contract'] },
  'src/network': { imports: ['src/root'] },
  'src/csv': { imports: ['contract', 'src/network', 'src/root'] },
  'src/images': { imports: ['contract', 'src/network', 'src/root'] },
  'src/webhooks': { imports: ['src/network', 'src/root'] },
  'src/records': { imports: ['contract'], types: ['src/root'] },
  'src/storage': { imports: ['contract'] },
  'src/telemetry': { imports: ['contract', 'src/process', 'src/root'] },
  'src/process': { imports: ['src/root'], types: ['src/telemetry'] },
  'src/temporal': {
    imports: ['contract', 'workflows', 'src/root'],
    types: ['activities', 'src/telemetry'],
  },
  'src/requests': {
    imports: [
      ...['contract', 'src/csv', 'src/network', 'src/records', 'src/root', 'src/storage'],
      ...['src/temporal'],
    ],
    types: ['src/telemetry'],
  },
  'src/http': {
    imports: [
      ...['contract', 'src/csv', 'src/network', 'src/records', 'src/requests', 'src/root'],
      ...['src/storage', 'src/telemetry'],
    ],
  },
  'src/terminal': { imports: [], types: ['contract'] },
  'src/ops': {
    imports: [
      ...['contract', 'src/records', 'src/requests', 'src/root', 'src/storage', 'src/telemetry'],
      ...['src/temporal', 'src/terminal', 'workflows'],
    ],
    types: ['activities'],
  },
  'src/dev': {
    imports: ['client', 'contract', 'src/process', 'src/root', 'src/terminal', 'workflows'],
  },
};

const pathOf = (folder) => (folder === 'src/root' ? '^src/(config|errors)\\.ts$' : `^${folder}/`);

module.exports = { FOLDERS, pathOf };
