import fc from 'fast-check';
import { readLinks } from '../../sheet/links';

describe('readLinks(cell)', () => {
  it('reads any links joined by any separators', () => {
    const link = fc.webUrl({ withQueryParameters: true, withFragments: true });
    const separator = fc.constantFrom(',', ';', '|', ' ', '\n', ', ', ' | ', ';\n');
    fc.assert(
      fc.property(fc.array(fc.tuple(link, separator), { minLength: 1 }), (pairs) => {
        const links = pairs.map(([url]) => url.replace(/[,;|'(]+$/, ''));
        const cell = pairs.map(([, between], index) => (links[index] ?? '') + between).join('');
        expect(readLinks(cell)).toEqual({ links, hasLink: true, texts: [] });
      }),
    );
  });

  it.each([
    ['commas', 'https://cdn/w_300,h_200/a.jpg,https://cdn/b.jpg', 2],
    ['spaces', 'https://cdn/my shoe.jpg https://cdn/b.jpg', 2],
    ['another address', 'https://proxy/?u=http://origin/a.jpg', 1],
    ['another address in the path', 'https://archive/2020/http://origin/a.jpg', 1],
    ['capitals', 'HTTPS://CDN/A.JPG', 1],
  ])('reads a link that contains %s', (_, cell, count) => {
    expect(readLinks(cell).links).toHaveLength(count);
  });

  it('reads a cell of a million separators quickly, wherever they are', () => {
    const many = ', '.repeat(500_000);
    expect(readLinks(`${many}x`)).toEqual({ links: [], hasLink: false, texts: ['x'] });
    expect(readLinks(`http://a/1${many}x`).links).toHaveLength(1);
    expect(readLinks(`${many}http://a/1${many}`).links).toEqual(['http://a/1']);
  });

  it('reads a cell quickly that is crafted to be slow', () => {
    for (const piece of [
      ' (',
      "'",
      '" ',
      ' http:',
      '//a ',
      '<a ',
      'a.jpg ',
      '\\n',
      'a.jpg). ',
      '[{(',
    ]) {
      const cell = `http://a/1 ${piece.repeat(Math.floor(1_000_000 / piece.length))}`;
      expect(readLinks(cell).links[0]).toMatch(/^http:/);
    }
  });

  it.each(['', '  ', '\n', ' \u200b', ', ;'])('finds nothing in %j', (cell) => {
    expect(readLinks(cell)).toEqual({ links: [], hasLink: false, texts: [] });
  });

  it.each([
    ['JSON', '["http://a/1.jpg", "http://a/2.png"]'],
    ["Python's list", "['http://a/1.jpg', 'http://a/2.png']"],
    ['a set', '{http://a/1.jpg,http://a/2.png}'],
    ['an escaped line break', 'http://a/1.jpg\\nhttp://a/2.png'],
    ["HTML's line break", 'http://a/1.jpg<br>http://a/2.png'],
    ['HTML', '<img src="http://a/1.jpg"><img src="http://a/2.png">'],
    ["Excel's escaped line break", 'http://a/1.jpg_x000D_\nhttp://a/2.png'],
    ['two separators', 'http://a/1.jpg||http://a/2.png'],
    ['nothing between separators', 'http://a/1.jpg, ,http://a/2.png,'],
    ['an ideographic comma', 'http://a/1.jpg、http://a/2.png'],
    ['a full-width comma', 'http://a/1.jpg，http://a/2.png'],
    ['angle brackets', '<http://a/1.jpg> <http://a/2.png>'],
    ['parentheses', '(http://a/1.jpg) (http://a/2.png)'],
    ['curly quotes', '“http://a/1.jpg”, ‘http://a/2.png’'],
    ['wide brackets', '（http://a/1.jpg）「http://a/2.png」'],
    ['brackets side by side', '[http://a/1.jpg][http://a/2.png]'],
    ['HTML without quotes', '<img src=http://a/1.jpg> <img src=http://a/2.png>'],
    ['JSON with escaped slashes', '["http:\\/\\/a\\/1.jpg","http:\\/\\/a\\/2.png"]'],
    ['Arabic separators', 'http://a/1.jpg؛ http://a/2.png'],
    ['a list that ends with a full stop', 'http://a/1.jpg, http://a/2.png.'],
    ['a list separated by a slash', 'http://a/1.jpg / http://a/2.png'],
    ['invisible characters', '\u200bhttp://a/1.jpg\u2060, \ufeffhttp://a/2.png\u200b'],
    ['control characters', '\u0002http://a/1.jpg\u001f \u0007http://a/2.png'],
    ['JSON with escaped letters', '["http:\\/\\/a\\/\\u0031.jpg","http://a/2\\u002epng"]'],
  ])('reads links in %s', (_, cell) => {
    expect(readLinks(cell)).toEqual({
      links: ['http://a/1.jpg', 'http://a/2.png'],
      hasLink: true,
      texts: [],
    });
  });

  it.each([
    ['an apostrophe that makes it text', "'http://a/1.jpg", 'http://a/1.jpg'],
    ['an apostrophe in its name', "http://a/o'neil.jpg", "http://a/o'neil.jpg"],
    ['an apostrophe within apostrophes', "['http://a/it's/1']", "http://a/it's/1"],
    ['backslashes in its name', 'http://a/p\\new\\1.png', 'http://a/p\\new\\1.png'],
    ['an overlay', 'http://a/l_logo.png,w_100/s.jpg', 'http://a/l_logo.png,w_100/s.jpg'],
    ['parentheses in its name', '(http://a/my photo (1).jpg)', 'http://a/my photo (1).jpg'],
    ['another link appended', 'http://a/1.jpghttp://a/2.png', 'http://a/1.jpghttp://a/2.png'],
    ['no scheme', 'www.a.example/1.jpg', 'www.a.example/1.jpg'],
    ['slashes but no scheme', '//a.example/1.jpg', '//a.example/1.jpg'],
    ['the scheme data', 'data:image/png;base64,iVBO//w0K=', 'data:image/png;base64,iVBO//w0K='],
    ['the scheme s3', 's3://bucket/a b.jpg', 's3://bucket/a b.jpg'],
    ['commas and a query', 'http://a/w_1,h_2/1.jpg?s=1,2', 'http://a/w_1,h_2/1.jpg?s=1,2'],
    ['semicolons in its query', 'http://a/1.jpg?a=1;b=2', 'http://a/1.jpg?a=1;b=2'],
  ])('reads one link that has %s', (_, cell, link) => {
    expect(readLinks(cell)).toEqual({ links: [link], hasLink: true, texts: [] });
  });

  it.each([
    ['www.a.example/1,www.a.example/2', ['www.a.example/1', 'www.a.example/2']],
    ['//a.example/1;//b.example/2', ['//a.example/1', '//b.example/2']],
    ['www.a.example/1,https://b/2', ['www.a.example/1', 'https://b/2']],
    ['https://a/w_3,h_2,www.b.example/1', ['https://a/w_3,h_2,www.b.example/1']],
  ])('reads links without image file names in %j', (cell, links) => {
    expect(readLinks(cell)).toEqual({ links, hasLink: true, texts: [] });
  });

  it.each([
    ['http://a/1.jpg, side.jpg', ['http://a/1.jpg', 'side.jpg']],
    ['http://a/1.jpg,side.jpg', ['http://a/1.jpg', 'side.jpg']],
    ['front.png http://a/1.jpg', ['front.png', 'http://a/1.jpg']],
    ['http://a/1.jpg?v=2 | C:\\photos\\side.JPG', ['http://a/1.jpg?v=2', 'C:\\photos\\side.JPG']],
    ['http://a/1.jpg; ftp://a/2.jpg', ['http://a/1.jpg', 'ftp://a/2.jpg']],
    ['http://a/1.jpg, ftp://a/2', ['http://a/1.jpg', 'ftp://a/2']],
    ['http://a/1.jpg, photo:http://a/2', ['http://a/1.jpg', 'photo:http://a/2']],
    ['http://a/1.jpg, files/b.jpg?v=1', ['http://a/1.jpg', 'files/b.jpg?v=1']],
    ['http://a/1.jpg؛ side.jpg؛ back.jpg', ['http://a/1.jpg', 'side.jpg', 'back.jpg']],
    ['http://a/1.jpg, b.jpg (front', ['http://a/1.jpg', 'b.jpg (front']],
    ['http://a/1.jpg, C:\\new\\side.jpg', ['http://a/1.jpg', 'C:\\new\\side.jpg']],
    ['http://a/1.jpg, /media/2', ['http://a/1.jpg', '/media/2']],
    ['http://a/1.jpg, 2.jpg 3.jpg', ['http://a/1.jpg', '2.jpg', '3.jpg']],
    ['my photo.jpg  front view.jpg\nhttp://a/1', ['my photo.jpg', 'front view.jpg', 'http://a/1']],
  ])('counts an image file name or an unsupported address in %j as a link', (cell, links) => {
    expect(readLinks(cell)).toEqual({ links, hasLink: true, texts: [] });
  });

  it.each([
    ['see http://a/1.jpg', ['see']],
    ['http://a/1.jpg and http://a/2.png', ['and']],
    ['Front: http://a/1.jpg Back: http://a/2.png', ['Front:', 'Back:']],
    [
      'http://a/1.jpg ! alt : Blue mug ! title : Mug | http://a/2.png',
      ['! alt : Blue mug ! title : Mug'],
    ],
    ['http://a/1.jpg::front|http://a/2.png::side', ['front', 'side']],
    ['http://a/1.jpg;alt=lamp', ['alt=lamp']],
    ['<img src="http://a/1.jpg" alt="Lamp">', ['alt="Lamp']],
    ['<img src="http://a/1.jpg" alt="1.png">', ['alt="1.png']],
    ['{"url":"http://a/1.jpg","name":"1.jpg"}', ['url":', 'name":"1.jpg']],
    ['=CONCAT("http://a/1.jpg","1.jpg")', ['=CONCAT', '1.jpg']],
  ])('ignores other text in %j', (cell, texts) => {
    const reading = readLinks(cell);
    expect(reading.texts).toEqual(texts);
    expect(reading.links.every((link) => /^http:\/\/a\/[12]\.(jpg|png)$/.test(link))).toBe(true);
  });

  it.each([
    ['=HYPERLINK("http://a/1.jpg","Photo, front.jpg")', 'http://a/1.jpg'],
    ['=HYPERLINK("http://a/1.jpg";"Foto")', 'http://a/1.jpg'],
    [' = hyperlink ( "www.a.example/1.jpg" )', 'www.a.example/1.jpg'],
    ['\'=IMAGE("http://a/1.jpg", 4, 50, 50)', 'http://a/1.jpg'],
    ['=IMAGE(""http://a/1.jpg"")', 'http://a/1.jpg'],
    ['=IMAGE("http://a/my photo, (1).jpg")', 'http://a/my photo, (1).jpg'],
  ])('reads the address, and no caption, in the formula %j', (cell, link) => {
    expect(readLinks(cell)).toEqual({ links: [link], hasLink: true, texts: [] });
  });

  it.each(['=A1&"side.jpg"', '=HYPERLINK(A1,"side.jpg")', '=HYPERLINK("#Sheet2!A1","side.jpg")'])(
    'finds no link in the formula %j',
    (cell) => {
      expect(readLinks(cell)).toMatchObject({ links: [], hasLink: false });
    },
  );

  it.each([
    ['http://a/i.php?id=7&amp;w=800&amp;fmt=jpg', 'http://a/i.php?id=7&w=800&fmt=jpg'],
    ['http://a/1.jpg?w=1&#038;h=2&#38;q=3&#x26;d=4', 'http://a/1.jpg?w=1&h=2&q=3&d=4'],
    ['http://a/salt&amp;pepper.jpg', 'http://a/salt&pepper.jpg'],
    ['http://a/o&#39;neil.jpg', "http://a/o'neil.jpg"],
    ['http://a/1.jpg?a=1&amp;amp;b=2', 'http://a/1.jpg?a=1&amp;b=2'],
    ['http://a/1.jpg?a=1&copy=2', 'http://a/1.jpg?a=1&copy=2'],
    [
      'http://a/1.jpg?a=1&#0;&#10;&#xD800;&#x110000;b',
      'http://a/1.jpg?a=1&#0;&#10;&#xD800;&#x110000;b',
    ],
    ['data:image/svg+xml,%3Csvg%3E&amp;', 'data:image/svg+xml,%3Csvg%3E&amp'],
  ])('decodes the entities in %j once', (cell, link) => {
    expect(readLinks(cell).links).toEqual([link]);
  });

  it.each(['a.jpg', 'ftp://cdn/a.jpg', 'http:/cdn/a.jpg', '/media/a.jpg', 'xhttp://cdn/a.jpg'])(
    'finds no link in %j',
    (cell) => {
      expect(readLinks(cell)).toMatchObject({ links: [cell], hasLink: false });
    },
  );
});

describe('readLinks(cell, baseUrl)', () => {
  const BASE = 'https://shop.example/media/catalog/product?v=1';
  const below = (...paths: readonly string[]) =>
    paths.map((path) => `https://shop.example/media/catalog/product/${path}`);

  it.each([
    ['/m/u/mug.jpg', ['m/u/mug.jpg']],
    ['catalog/mug.jpg', ['catalog/mug.jpg']],
    ['mug_1.jpg', ['mug_1.jpg']],
    ['/m/u/mug', ['m/u/mug']],
    ['my mug (1).jpg', ['my%20mug%20(1).jpg']],
    [
      '/m/1.jpg,/m/2.jpg;m/3.jpg | 4.jpg\n5.jpg 6.jpg',
      ['m/1.jpg', 'm/2.jpg', 'm/3.jpg', '4.jpg', '5.jpg', '6.jpg'],
    ],
    ['["\\/m\\/1.jpg","\\/m\\/caf\\u00e9.jpg"]', ['m/1.jpg', 'm/caf%C3%A9.jpg']],
    ['“/m/1.jpg”, ‘2.jpg’', ['m/1.jpg', '2.jpg']],
    ['=IMAGE("/m/1.jpg")', ['m/1.jpg']],
    ['=HYPERLINK("m/1.jpg";"2.jpg")', ['m/1.jpg']],
    ['salt&amp;pepper.jpg', ['salt&pepper.jpg']],
    ['mug.jpg (front)', ['mug.jpg']],
    ['mug.jpg?v=2', ['mug.jpg?v=2']],
  ])('appends the relative links in %j to the base', (cell, paths) => {
    expect(readLinks(cell, BASE)).toEqual({ links: below(...paths), hasLink: true, texts: [] });
  });

  it('keeps the order of relative and other links', () => {
    expect(
      readLinks('http://a/1.jpg, 2.jpg, //b/3.jpg, www.c.example/4.jpg, /5', BASE).links,
    ).toEqual([
      'http://a/1.jpg',
      ...below('2.jpg'),
      '//b/3.jpg',
      'www.c.example/4.jpg',
      ...below('5'),
    ]);
  });

  it.each([
    'C:\\photos\\1.jpg',
    '\\\\nas\\1.jpg',
    'ftp://a/1.jpg',
    '127.0.0.1:80/1.jpg',
    'htps:/a/1.jpg',
  ])('appends no %j, which is not relative', (cell) => {
    expect(readLinks(cell, BASE)).toMatchObject({ hasLink: false });
  });

  it.each(['blue mug', '4/5', 'n/a', '/', '/ see below'])('finds no link in %j', (cell) => {
    expect(readLinks(cell, BASE)).toMatchObject({ links: [], hasLink: false });
  });
});
