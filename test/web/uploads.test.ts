import { ApiError } from '../../client/errors';
import { explain } from '../../web/logic/failure';
import { readFields } from '../../web/logic/options';
import { uploadFaultsOf } from '../../web/logic/uploadFaults';
import { forgetKey, keyOf, uploadName } from '../../web/logic/resend';

describe('the idempotency key', () => {
  const file = { name: 'products.csv', size: 100, lastModified: 5 };
  function createStore() {
    const kept = new Map<string, string>();
    return {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => void kept.set(name, value),
      removeItem: (name: string) => void kept.delete(name),
    };
  }
  function createKeys() {
    let count = 0;
    return () => `key ${(count += 1)}`;
  }

  it('is the same for the same file and options until the upload is accepted', () => {
    const [store, create] = [createStore(), createKeys()];
    const upload = uploadName(file, { quality: '50' });
    expect(keyOf(store, upload, create)).toBe('key 1');
    expect(keyOf(store, uploadName({ ...file }, { quality: '50' }), create)).toBe('key 1');
    forgetKey(store, upload);
    expect(keyOf(store, upload, create)).toBe('key 2');
  });

  it('is another for other content and other options', () => {
    const [store, create] = [createStore(), createKeys()];
    const uploads = [
      uploadName(file, {}),
      uploadName({ ...file, name: 'other.csv' }, {}),
      uploadName({ ...file, size: 101 }, {}),
      uploadName({ ...file, lastModified: 6 }, {}),
      uploadName(file, { quality: '60' }),
    ];
    const keys = uploads.map((upload) => keyOf(store, upload, create));
    expect(new Set(keys).size).toBe(uploads.length);
  });
});

describe('readFields', () => {
  it('takes the fields that are filled in', () => {
    const form = new FormData();
    form.set('quality', ' 70 ');
    form.set('max_width', '');
    form.set('format', 'webp');
    form.set('strict', 'true');
    form.set('base_url', 'https://shop.example');
    form.set('other', 'x');
    expect(readFields(form)).toEqual({
      quality: '70',
      format: 'webp',
      strict: 'true',
      base_url: 'https://shop.example',
    });
  });

  it('leaves out what is the default, so that a file that is sent again has the same key', () => {
    const form = new FormData();
    for (const [name, value] of Object.entries({ format: 'keep', effort: 'balanced' })) {
      form.set(name, value);
    }
    form.set('output', 'append');
    expect(readFields(form)).toEqual({});
  });
});

describe('explain', () => {
  it('lists the faults of an upload by row and field', () => {
    const detail = [
      { loc: ['body', 'file', 'row 3'], msg: 'No links', type: 'no_links' },
      { loc: ['body', 'webhook_url'], msg: 'Expected a URL', type: 'webhook_url' },
    ];
    const { title, advice, again, faults } = explain(new ApiError(422, detail, null), 'upload');
    expect(title).toBe('The upload was refused.');
    expect(advice).toBe('Correct this, then upload again.');
    expect(again).toBeNull();
    expect(faults).toEqual([
      { where: 'row 3', message: 'No links' },
      { where: 'webhook url', message: 'Expected a URL' },
    ]);
  });

  it('repeats what the service says, and when to try again', () => {
    const { title, advice, again } = explain(
      new ApiError(503, 'MongoDB cannot be reached', 5),
      'other',
      'en',
    );
    expect(title).toBe('MongoDB cannot be reached');
    expect(advice).toBe('The service has a problem.');
    expect(again).toBe('Try again in 5 seconds.');
  });

  it('speaks of an upload only when it was one', () => {
    const detail = [
      { loc: ['query', 'q'], msg: 'Expected at most 200 characters', type: 'too_big' },
      { loc: ['query', 'host'], msg: 'Expected at most 300 characters', type: 'too_big' },
    ];
    expect(explain(new ApiError(422, detail, null))).toEqual({
      title: 'The service cannot filter by this.',
      advice: '',
      again: null,
      faults: [
        { where: 'file name or id', message: 'Expected at most 200 characters' },
        { where: 'host', message: 'Expected at most 300 characters' },
      ],
    });
    const ofBody = [{ loc: ['body', 'request_ids'], msg: 'Expected a request id', type: 'custom' }];
    expect(explain(new ApiError(422, ofBody, null)).title).toBe('The service refused this.');
    for (const status of [400, 413, 422]) {
      const { title, advice } = explain(new ApiError(status, 'Expected less', null));
      expect([title, advice]).toEqual(['Expected less', '']);
    }
  });

  it('says to try again only where that can help', () => {
    const againAfter = (status: number, detail: string | null) =>
      explain(new ApiError(status, detail, null)).again;
    expect([429, 500, 503].map((status) => againAfter(status, 'No'))).not.toContain(null);
    expect([400, 403, 404, 409, 422].map((status) => againAfter(status, 'No'))).toEqual(
      Array(5).fill(null),
    );
    // Of a proxy before the service.
    expect(againAfter(404, null)).not.toBeNull();
  });

  it('has words for an answer of something else, and for none', () => {
    expect(explain(new ApiError(502, null, null)).title).toBe('The service answered HTTP 502.');
    expect(explain(new TypeError('fetch failed')).title).toBe('The service cannot be reached.');
  });
});

describe('uploadFaultsOf', () => {
  const row = { loc: ['body', 'file', 'row 3'], msg: 'No links', type: 'no_links' };
  const field = { loc: ['body', 'webhook_url'], msg: 'Expected a URL', type: 'webhook_url' };

  it('separates faults of fields from those of the file', () => {
    const { fields, error } = uploadFaultsOf(new ApiError(422, [row, field], null));
    expect(fields).toEqual({ webhook_url: 'Expected a URL' });
    expect(error).toMatchObject({ status: 422, detail: [row] });
  });

  it('leaves no error when all faults are of fields', () => {
    expect(uploadFaultsOf(new ApiError(422, [field], null)).error).toBeNull();
  });

  it('keeps every other error', () => {
    const error = new ApiError(413, 'Too large', null);
    expect(uploadFaultsOf(error)).toEqual({ fields: {}, error });
  });
});
