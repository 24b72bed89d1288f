import { appendToBase, isRelative } from '../../contract/relativeLink';

describe('appendToBase(link, baseUrl)', () => {
  const MAGENTO = 'https://shop.example/media/catalog/product';

  it.each([
    ['/m/u/mug.jpg', MAGENTO, `${MAGENTO}/m/u/mug.jpg`],
    ['/m/u/mug.jpg', `${MAGENTO}/`, `${MAGENTO}/m/u/mug.jpg`],
    [
      'catalog/mug.jpg',
      'https://shop.example/image//',
      'https://shop.example/image/catalog/mug.jpg',
    ],
    ['mug_1.jpg', 'https://shop.example', 'https://shop.example/mug_1.jpg'],
    ['./mug.jpg', MAGENTO, `${MAGENTO}/mug.jpg`],
    ['m\\u\\mug.jpg', MAGENTO, `${MAGENTO}/m/u/mug.jpg`],
    ['my mug.jpg', MAGENTO, `${MAGENTO}/my%20mug.jpg`],
    ['my%20mug.jpg', MAGENTO, `${MAGENTO}/my%20mug.jpg`],
    ['tasse-größe.jpg', MAGENTO, `${MAGENTO}/tasse-gr%C3%B6%C3%9Fe.jpg`],
    ['mug.jpg?v=2', `${MAGENTO}?token=1#top`, `${MAGENTO}/mug.jpg?v=2`],
    ['mug.jpg', 'http://bob:pw@127.0.0.1:8080/a b', 'http://bob:pw@127.0.0.1:8080/a%20b/mug.jpg'],
  ])('appends %j to %s', (link, base, url) => {
    expect(appendToBase(link, base)).toBe(url);
  });

  it.each([
    'ftp://a/1.jpg',
    'C:\\photos\\1.jpg',
    '\\\\nas\\1.jpg',
    '127.0.0.1:80/1.jpg',
    '//a/1.jpg',
    'www.[a]/1.jpg',
  ])('appends no %j, which is not relative', (link) => {
    expect(isRelative(link)).toBe(false);
    expect(appendToBase(link, MAGENTO)).toBeNull();
  });

  it('appends nothing to a base that is not a web address', () => {
    expect(appendToBase('mug.jpg', 'https://[')).toBeNull();
  });
});
