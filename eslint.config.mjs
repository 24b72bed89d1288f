import js from '@eslint/js';
import { builtinModules } from 'node:module';
import tseslint from 'typescript-eslint';

/**
 * The arrows of the house: what each folder may import from others. `types` are folders from which only
 * types may come. src/errors, src/logger and src/config are open to all of src and activities.
 */
const folders = [
  ...['api', 'requests', 'csv', 'images', 'network', 'records', 'files', 'webhooks', 'metrics'],
  ...['embedded', 'temporal', 'terminal', 'ops', 'activities', 'workflows'],
];
const arrows = {
  'src/api': ['requests', 'records', 'files', 'csv', 'workflows', 'temporal', 'metrics', 'network'],
  'src/ops': [
    'requests',
    'records',
    'files',
    'temporal',
    'workflows',
    'terminal',
    'activities:types',
  ],
  'src/requests': ['records', 'files', 'csv', 'workflows', 'network', 'temporal'],
  'src/csv': ['network'],
  'src/images': ['network', 'records:types'],
  'src/network': [],
  'src/records': ['workflows'],
  'src/files': [],
  'src/metrics': [],
  'src/terminal': ['workflows:types'],
  'src/webhooks': ['network', 'workflows:types'],
  'src/embedded': [],
  'src/temporal': ['workflows', 'activities:types'],
  workflows: ['activities:types'],
  activities: [
    ...['images', 'csv', 'records', 'files', 'webhooks', 'workflows', 'metrics', 'network'],
    'requests:types',
  ],
};

const entryPoints = ['api', 'worker', 'start', 'servers', 'demo', 'ops', 'bundle'];

function arrowRule(folder, allowed) {
  const own = folder.replace('src/', '');
  const open = allowed.filter((name) => !name.endsWith(':types'));
  const typesOnly = allowed.filter((name) => name.endsWith(':types')).map((n) => n.split(':')[0]);
  const closed = folders.filter((name) => name !== own && !open.includes(name));
  const inFolder = (names) => `^(\\.\\./)+(src/)?(${names.join('|')})(/.*)?$`;
  const forbidden = closed.filter((name) => !typesOnly.includes(name));
  const patterns = [
    {
      regex: inFolder(forbidden),
      message: `${folder} may not import this folder: see "arrows" in eslint.config.mjs.`,
    },
    {
      regex: `^(\\.\\./)+(src/)?(${entryPoints.filter((name) => !folders.includes(name)).join('|')})$`,
      message: 'Nothing imports an entry point.',
    },
  ];
  if (typesOnly.length > 0) {
    patterns.push({
      regex: inFolder(typesOnly),
      allowTypeImports: true,
      message: `${folder} may import types only from this folder: see "arrows" in eslint.config.mjs.`,
    });
  }
  if (folder === 'workflows') {
    patterns.push({
      regex: `^(node:.*|${builtinModules.join('|')})$`,
      message: 'Workflow code is deterministic: no Node module.',
    });
    patterns.push({
      regex: '^(?!\\.|@temporalio/workflow$|@temporalio/common$)',
      allowTypeImports: true,
      message: 'Workflow code imports @temporalio/workflow, types and its own files.',
    });
    patterns.push({
      regex: '^(\\.\\./)+src/',
      allowTypeImports: true,
      message: 'Workflow code imports types only from src.',
    });
  }
  return {
    files: [`${folder}/**/*.ts`],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
  };
}

export default tseslint.config(
  { ignores: ['dist/', 'data/', 'coverage/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // Our objects are made by factories and know no `this`.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  ...Object.entries(arrows).map(([folder, allowed]) => arrowRule(folder, allowed)),
  {
    // mongoose's own way to write a schema is what this rule mistakes for a class instance.
    files: ['src/records/models.ts'],
    rules: { '@typescript-eslint/no-unsafe-class-instance-assignment': 'off' },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
);
