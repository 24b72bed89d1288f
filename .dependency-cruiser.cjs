const { builtinModules } = require('node:module');
const { FOLDERS, pathOf } = require('./folders.cjs');

/** Put the parts together, so that they may import all of them; nothing imports them. */
const PROGRAMS = ['^src/bin/', '^bench/', '^chaos/', '^siege/', '^screenshots/', '^test/'];

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'nothing-imports-a-program',
      severity: 'error',
      from: { pathNot: PROGRAMS },
      to: { path: PROGRAMS },
    },
    {
      name: 'workers-and-apis-need-nothing-of-dev',
      severity: 'error',
      from: { path: '^src/bin/(api|worker|ops)\\.ts$' },
      to: { path: '^src/dev/', reachable: true },
    },
    {
      name: 'workflows-are-deterministic',
      comment: 'No Node module, and of packages only what the sandbox knows.',
      severity: 'error',
      from: { path: '^(workflows|contract/[^/]+\\.ts$)' },
      to: {
        path: [
          `^(node:)?(${builtinModules.join('|')})$`,
          '^node_modules/(?!@temporalio/(workflow|common)/)',
        ],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'sheet-is-pure',
      comment:
        'It also runs in a browser: no Node module, and of packages only those with a build for browsers.',
      severity: 'error',
      from: { path: '^sheet/' },
      to: {
        path: [`^(node:)?(${builtinModules.join('|')})$`, '^node_modules/(?!csv-parse/)'],
      },
    },
    {
      name: 'clients-are-small',
      comment:
        'A page bundles the client: no Node module, no package, and no schema but its type. Its command runs in Node.',
      severity: 'error',
      from: { path: '^client/', pathNot: '^client/(webhook\\.ts$|build\\.mjs$|command/)' },
      to: {
        path: [`^(node:)?(${builtinModules.join('|')})$`, '^node_modules/', '^contract/http/'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'clients-are-independent-of-webhooks',
      severity: 'error',
      from: { path: '^client/', pathNot: '^client/webhook\\.ts$' },
      to: { path: '^client/webhook\\.ts$' },
    },
    ...Object.entries(FOLDERS).flatMap(([folder, { imports, types = [] }]) => [
      {
        name: `${folder}-imports`,
        severity: 'error',
        from: { path: pathOf(folder) },
        to: {
          path: '^(contract|client|sheet|web|workflows|activities|src)/',
          pathNot: [folder, ...imports, ...types].map(pathOf),
        },
      },
      ...(types.length === 0
        ? []
        : [
            {
              name: `${folder}-imports-types-only`,
              severity: 'error',
              from: { path: pathOf(folder) },
              to: { path: types.map(pathOf), dependencyTypesNot: ['type-only'] },
            },
          ]),
    ]),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(client/)?dist/' },
  },
};
