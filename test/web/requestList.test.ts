import { append, refresh, type Loaded } from '../../web/logic/requestList';

const requests = (ids: string, state = 'old') =>
  ids.split('').map((request_id) => ({ request_id, state }));
const idsOf = ({ requests: listed }: Loaded<{ request_id: string }>) =>
  listed.map(({ request_id }) => request_id).join('');

describe('refresh', () => {
  const loaded = { requests: requests('fedcba'), cursor: 'after a' };

  it('puts new requests in front and takes the newer state of the known ones', () => {
    const next = refresh(loaded, { requests: requests('gfed', 'new'), next_cursor: 'after d' });
    expect(idsOf(next)).toBe('gfedcba');
    expect(next.requests.map(({ state }) => state).join(' ')).toBe('new new new new old old old');
    expect(next.cursor).toBe('after a');
  });

  it('drops requests that are gone', () => {
    const next = refresh(loaded, { requests: requests('fdc'), next_cursor: 'after c' });
    expect(idsOf(next)).toBe('fdcba');
  });

  it('takes the cursor of the page when nothing older is loaded', () => {
    const next = refresh(loaded, { requests: requests('fedcba'), next_cursor: 'newer' });
    expect(next.cursor).toBe('newer');
  });

  it('starts again when the page does not reach the loaded ones', () => {
    const next = refresh(loaded, { requests: requests('zyx'), next_cursor: 'after x' });
    expect(next).toEqual({ requests: requests('zyx'), cursor: 'after x' });
  });

  it('takes a page that is the whole list as it is', () => {
    expect(refresh(loaded, { requests: requests('f'), next_cursor: null })).toEqual({
      requests: requests('f'),
      cursor: null,
    });
    expect(idsOf(refresh(loaded, { requests: [], next_cursor: null }))).toBe('');
  });
});

describe('append', () => {
  it('adds the next page, each request once', () => {
    const next = append(
      { requests: requests('fed'), cursor: 'after d' },
      { requests: requests('dcb'), next_cursor: null },
    );
    expect(idsOf(next)).toBe('fedcb');
    expect(next.cursor).toBeNull();
  });
});
