// Builds the package: ESM, CommonJS and types in client/dist. What it needs is bundled, so that it has no dependencies.
import { chmod, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import ts from 'typescript';
import { build } from 'vite';

const FOLDER = import.meta.dirname;
const ROOT = path.dirname(FOLDER);
const DIST = path.join(FOLDER, 'dist');
const ENTRIES = { index: 'index.ts', webhook: 'webhook.ts', command: 'command/main.ts' };

/** Each kind has its own copy of the types: whether a declaration is of ESM or CommonJS follows from its folder. */
const KINDS = { esm: 'module', cjs: 'commonjs' };

await rm(DIST, { recursive: true, force: true });
for (const [kind, type] of Object.entries(KINDS)) {
  await bundle(kind);
  await writeFile(path.join(DIST, kind, 'package.json'), `${JSON.stringify({ type })}\n`);
}
await writeTypes(path.join(DIST, 'esm', 'types'));
await cp(path.join(DIST, 'esm', 'types'), path.join(DIST, 'cjs', 'types'), { recursive: true });
await chmod(path.join(DIST, 'esm', 'command.js'), 0o755);

async function bundle(kind) {
  const { command, ...library } = ENTRIES;
  const entries = kind === 'esm' ? { ...library, command } : library;
  await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      outDir: path.join(DIST, kind),
      target: 'es2022',
      minify: false,
      lib: {
        entry: Object.fromEntries(
          Object.entries(entries).map(([name, file]) => [name, path.join(FOLDER, file)]),
        ),
        formats: [kind],
        fileName: (_, name) => `${name}.js`,
      },
      rolldownOptions: { external: /^node:/, output: { chunkFileNames: '[name].js' } },
    },
  });
}

/** Writes the declarations of the client and of what it takes from the contract. */
async function writeTypes(outDir) {
  const { config } = ts.readConfigFile(path.join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  const program = ts.createProgram(
    ['index.ts', 'webhook.ts'].map((name) => path.join(FOLDER, name)),
    {
      ...options,
      types: ['node'],
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      rootDir: ROOT,
      outDir,
    },
  );
  const declarations = new Map();
  const { diagnostics } = program.emit(undefined, (file, text) => declarations.set(file, text));
  if (diagnostics.length > 0)
    throw new Error(ts.formatDiagnostics(diagnostics, ts.createCompilerHost({})));
  for (const source of program.getSourceFiles()) {
    const name = path.relative(ROOT, source.fileName);
    if (!/^(client|contract)\//.test(name)) continue;
    const file = path.join(outDir, name.replace(/\.ts$/, '.d.ts'));
    const isSchemas = name.startsWith('contract/http/');
    const text = isSchemas ? plainTypes(program, source) : published(declarations.get(file));
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

/** Declares the types of a file with schemas as what they are, without zod. */
function plainTypes(program, source) {
  const checker = program.getTypeChecker();
  const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias;
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(source));
  const aliases = exported.filter(({ flags: kind }) => (kind & ts.SymbolFlags.TypeAlias) !== 0);
  const declared = aliases.map((symbol) => {
    const type = checker.getDeclaredTypeOfSymbol(symbol);
    return `export type ${symbol.name} = ${checker.typeToString(type, undefined, flags)};\n`;
  });
  return `${declared.join('\n')}export {};\n`;
}

/** ESM wants endings of files. What is bundled cannot be imported. */
function published(text) {
  return text
    .replace(/(from |import\()(['"])(\.[^'"]+)\2/g, '$1$2$3.js$2')
    .replace(
      /import \{ WebhookVerificationError \} from 'standardwebhooks';/,
      'declare class WebhookVerificationError extends Error {}',
    );
}
