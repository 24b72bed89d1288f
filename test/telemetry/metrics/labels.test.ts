import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { FINDINGS } from '../../../contract/findings';
import {
  ERROR_CODE_LABELS,
  errorCodeLabel,
  findingLabel,
  methodLabel,
  statusClassLabel,
  STORAGE_OUTCOME_LABELS,
  storageOutcomeLabel,
} from '../../../src/telemetry/metrics/labels';

describe('an error code, as a label', () => {
  it.each(['not_found', 'timeout', 'http_5xx', 'http_403', 'http_408', 'http_429', 'internal'])(
    'stays %s',
    (code) => {
      expect(errorCodeLabel(code)).toBe(code);
    },
  );

  it.each([
    ['http_402', 'http_4xx'],
    ['http_451', 'http_4xx'],
    ['http_499', 'http_4xx'],
    ['http_204', 'http_2xx'],
    ['http_304', 'http_3xx'],
    ['http_999', 'other'],
    ['https://origin.example/a.jpg', 'other'],
  ])('is brought to a family: %s is %s', (code, label) => {
    expect(errorCodeLabel(code)).toBe(label);
  });

  it('is one of a short list, whatever an origin answers', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.integer().map((n) => `http_${n}`),
          fc.string(),
        ),
        (code) => {
          expect(ERROR_CODE_LABELS).toContain(errorCodeLabel(code));
        },
      ),
    );
    expect(ERROR_CODE_LABELS.length).toBeLessThan(30);
  });
});

describe('a finding, as a label', () => {
  it.each(FINDINGS)('stays %s', (finding) => {
    expect(findingLabel(finding)).toBe(finding);
  });

  it('is other for every other word, and never an id', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uuid(), fc.stringMatching(/^[a-z]+_[a-z]+$/)), (text) => {
        fc.pre(!(FINDINGS as readonly string[]).includes(text));
        expect(findingLabel(text)).toBe('other');
        expect(findingLabel(`run_ended_${text}`)).toBe('other');
      }),
    );
  });
});

describe('an outcome of a request to storage, as a label', () => {
  const runbook = readFileSync(path.join(__dirname, '../../../docs/operations.md'), 'utf8');
  const [, table = ''] =
    /The code in parentheses is from the store[^]*?\n\n([^]*?)\n\n/.exec(runbook) ?? [];
  const documented = table
    .split('\n')
    .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)])
    .flatMap(([, code = '']) => code)
    // No request is sent.
    .filter((code) => code !== 'RegionMissing');

  it.each(['ok', 'not_found', 'SlowDown', 'CERT_HAS_EXPIRED', ...documented])(
    'stays %s',
    (code) => {
      expect(documented).toContain('AccessDenied');
      expect(storageOutcomeLabel(code)).toBe(code);
    },
  );

  it('is one of a short list, whatever a store answers', () => {
    fc.assert(
      fc.property(fc.string(), (code) => {
        expect(STORAGE_OUTCOME_LABELS).toContain(storageOutcomeLabel(code));
      }),
    );
    expect(STORAGE_OUTCOME_LABELS.length).toBeLessThan(40);
  });
});

describe('a call, as labels', () => {
  it.each([
    ['GET', 'GET'],
    ['DELETE', 'DELETE'],
    ['PROPFIND', 'other'],
  ])('has the method %s as %s', (method, label) => {
    expect(methodLabel(method)).toBe(label);
  });

  it.each([
    [200, '2xx'],
    [304, '3xx'],
    [404, '4xx'],
    [503, '5xx'],
    [999, 'other'],
  ])('has the status %d as %s', (status, label) => {
    expect(statusClassLabel(status)).toBe(label);
  });
});
