import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  // Addresses in the HTML are relative to `<base>`, which the server fills in.
  base: './',
  // The same parser, without Node's `Buffer`.
  resolve: { alias: { 'csv-parse/sync': 'csv-parse/browser/esm/sync' } },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // Small files must not become `data:` URLs, which the Content-Security-Policy forbids for styles and scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
