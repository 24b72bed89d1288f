import { adviceFor } from '../../contract/advice';
import { LISTED_IMAGE_CODES, ROW_ERROR_CODES } from '../../contract/errorCodes';

describe('adviceFor(code)', () => {
  it.each([...LISTED_IMAGE_CODES, ...ROW_ERROR_CODES, 'http_401', 'http_403', 'other'])(
    'has sentences of its own for %s',
    (code) => {
      expect(adviceFor(code)).toMatch(/^[A-Z].+\.$/);
      expect(adviceFor(code)).not.toBe(adviceFor('http_418').replace('418', code.slice(5)));
    },
  );

  it('names the status of another 4xx response', () => {
    expect(adviceFor('http_418')).toContain('HTTP 418');
  });
});
