import type { FailureGroup } from '../../contract/http/failures';
import {
  countWithoutLink,
  formatFailed,
  isShown,
  openable,
  queryOfGroup,
} from '../../web/logic/failureGroups';

const group: FailureGroup = {
  code: 'not_found',
  host: 'shop.example',
  count: 12,
  message: 'Expected the image, received HTTP 404',
  example_url: 'https://shop.example/mug.jpg',
  advice: 'The image is not there.',
};

describe('formatFailed', () => {
  it.each([
    [{ code: 'not_found', count: 1_200 }, '1,200 images'],
    [{ code: 'not_found', count: 1 }, '1 image'],
    [{ code: 'no_links', count: 1 }, '1 row'],
    [{ code: 'malformed_row', count: 2 }, '2 rows'],
  ])('of %j is %j', (part, text) => {
    expect(formatFailed({ ...group, ...part }, 'en')).toBe(text);
  });
});

describe('countWithoutLink', () => {
  it('counts the failures that no retry can change', () => {
    const codes = ['no_links', 'invalid_links', 'malformed_row', 'not_found', 'http_5xx'];
    const groups = codes.map((code, index) => ({ ...group, code, count: 10 ** index }));
    expect(countWithoutLink(groups)).toBe(111);
  });
});

describe('queryOfGroup', () => {
  it('filters the images by status, code and host', () => {
    expect(queryOfGroup(group)).toBe('?status=failed&code=not_found&host=shop.example');
  });

  it('has no host for a group without one', () => {
    expect(queryOfGroup({ ...group, host: null })).toBe('?status=failed&code=not_found');
  });

  it('is all that failed for the group of the rest', () => {
    expect(queryOfGroup({ ...group, code: 'other', host: null })).toBe('?status=failed');
  });
});

describe('isShown', () => {
  it.each([group, { ...group, host: null }])('recognises its own query: %j', (one) => {
    expect(isShown(one, queryOfGroup(one))).toBe(true);
  });

  it.each(['', '?code=not_found', '?code=not_found&host=cdn.example'])(
    'is false with %j',
    (query) => {
      expect(isShown(group, query)).toBe(false);
    },
  );
});

describe('openable', () => {
  it('is the address of a web link', () => {
    expect(openable('https://shop.example/a b.jpg')).toBe('https://shop.example/a%20b.jpg');
  });

  it.each(['javascript:alert(1)', 'data:image/png;base64,AA', 's3://bucket/a.jpg', 'side.jpg', ''])(
    'is null for %j',
    (link) => {
      expect(openable(link)).toBeNull();
    },
  );
});
