import { append, placeBehind, refresh, refreshAt, type Loaded } from '../../web/logic/requestList';

/** Requests are named by letters, and a later letter is newer. */
const requests = (ids: string, state = 'old') =>
  ids
    .split('')
    .map((request_id) => ({ request_id, state, created_at: `2026-11-27 ${request_id}` }));
const idsOf = ({ requests: listed }: Loaded<{ request_id: string }>) =>
  listed.map(({ request_id }) => request_id).join('');
const statesOf = ({ requests: listed }: Loaded<{ state: string }>) =>
  listed.map(({ state }) => state).join(' ');

describe('refresh', () => {
  const loaded = { requests: requests('fedcba'), cursor: 'after a' };

  it('puts new requests in front and takes the newer state of the known ones', () => {
    const next = refresh(loaded, { requests: requests('gfed', 'new'), next_cursor: 'after d' });
    expect(idsOf(next)).toBe('gfedcba');
    expect(statesOf(next)).toBe('new new new new old old old');
    expect(next.cursor).toBe('after a');
  });

  it('drops requests that are gone', () => {
    const next = refresh(loaded, { requests: requests('fdc'), next_cursor: 'after c' });
    expect(idsOf(next)).toBe('fdcba');
  });

  it('keeps the older ones when the last of the page is new in the list', () => {
    const some = { requests: requests('fdba'), cursor: 'after a' };
    const next = refresh(some, { requests: requests('fec'), next_cursor: 'after c' });
    expect(idsOf(next)).toBe('fecba');
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

describe('refreshAt', () => {
  const loaded = { requests: requests('hgfedcba'), cursor: 'after a' };
  const behindG = { above: 'g', cursor: 'after g' };

  it('takes the newer state of an older page, and keeps what is around it', () => {
    const page = { requests: requests('fed', 'new'), next_cursor: 'after d' };
    const next = refreshAt(loaded, behindG, page);
    expect(idsOf(next)).toBe('hgfedcba');
    expect(statesOf(next)).toBe('old old new new new old old old');
    expect(next.cursor).toBe('after a');
  });

  it('drops requests that are gone, and adds those that match now', () => {
    const page = { requests: requests('fd'), next_cursor: 'after d' };
    expect(idsOf(refreshAt(loaded, behindG, page))).toBe('hgfdcba');
    const without = { ...loaded, requests: requests('hgfdcba') };
    const more = { requests: requests('fed'), next_cursor: 'after d' };
    expect(idsOf(refreshAt(without, behindG, more))).toBe('hgfedcba');
  });

  it('drops all that follow the last page', () => {
    expect(idsOf(refreshAt(loaded, behindG, { requests: requests('f'), next_cursor: null }))).toBe(
      'hgf',
    );
  });

  it('does not make the list longer than what was loaded', () => {
    const short = { requests: requests('hgf'), cursor: 'after f' };
    const page = { requests: requests('fed', 'new'), next_cursor: 'after d' };
    const next = refreshAt(short, behindG, page);
    expect(idsOf(next)).toBe('hgf');
    expect(statesOf(next)).toBe('old old new');
  });

  it('changes nothing when the request above is gone', () => {
    const page = { requests: requests('fed'), next_cursor: 'after d' };
    expect(refreshAt(loaded, { above: 'x', cursor: '' }, page)).toBe(loaded);
  });
});

describe('placeBehind', () => {
  const loaded = { requests: requests('fedcba'), cursor: 'after a' };

  it('goes through the loaded requests page by page, and ends with the last', () => {
    const first = { requests: requests('fed'), next_cursor: 'after d' };
    expect(placeBehind(loaded, first)).toEqual({ above: 'd', cursor: 'after d' });
    expect(placeBehind(loaded, { requests: requests('cba'), next_cursor: 'after a' })).toBeNull();
    expect(placeBehind(loaded, { requests: requests('cb'), next_cursor: null })).toBeNull();
    expect(placeBehind(loaded, { requests: [], next_cursor: null })).toBeNull();
  });
});
