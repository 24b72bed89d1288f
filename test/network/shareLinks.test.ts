import fc from 'fast-check';
import { resolveShareLink, shareAdviceOf } from '../../src/network/shareLinks';

const resolved = (link: string) => {
  const found = resolveShareLink(new URL(link));
  return found instanceof URL ? found.href : found.refusal;
};

const DRIVE = 'https://drive.google.com/uc?export=download&id=1A-b_2C3d4E5f6G7h';

describe('resolveShareLink(url): the link to a picture becomes the address of its bytes', () => {
  it.each([
    ['https://drive.google.com/file/d/1A-b_2C3d4E5f6G7h/view?usp=sharing', DRIVE],
    ['https://drive.google.com/file/d/1A-b_2C3d4E5f6G7h/view?usp=drive_link', DRIVE],
    ['https://drive.google.com/file/d/1A-b_2C3d4E5f6G7h', DRIVE],
    ['https://drive.google.com/file/u/1/d/1A-b_2C3d4E5f6G7h/edit', DRIVE],
    ['https://drive.google.com/a/shop.example/file/d/1A-b_2C3d4E5f6G7h/view', DRIVE],
    ['https://docs.google.com/file/d/1A-b_2C3d4E5f6G7h/preview', DRIVE],
    ['https://drive.google.com/open?id=1A-b_2C3d4E5f6G7h&authuser=0', DRIVE],
    ['https://drive.google.com/uc?id=1A-b_2C3d4E5f6G7h', DRIVE],
    ['http://drive.google.com/uc?export=view&id=1A-b_2C3d4E5f6G7h', DRIVE],
    ['https://docs.google.com/uc?id=1A-b_2C3d4E5f6G7h', DRIVE],
    [
      'https://drive.google.com/file/d/1A-b_2C3d4E5f6G7h/view?resourcekey=0-k_Y',
      `${DRIVE}&resourcekey=0-k_Y`,
    ],
  ])('Google Drive: %s', (link, expected) => {
    expect(resolved(link)).toBe(expected);
  });

  it.each([
    [
      'https://www.dropbox.com/s/a1b2c3/mug.jpg?dl=0',
      'https://www.dropbox.com/s/a1b2c3/mug.jpg?dl=1',
    ],
    ['https://www.dropbox.com/s/a1b2c3/mug.jpg', 'https://www.dropbox.com/s/a1b2c3/mug.jpg?dl=1'],
    ['http://dropbox.com/s/a1b2c3/mug.jpg', 'https://dropbox.com/s/a1b2c3/mug.jpg?dl=1'],
    [
      'https://www.dropbox.com/scl/fi/a1/mug.jpg?rlkey=k2&st=x&dl=0',
      'https://www.dropbox.com/scl/fi/a1/mug.jpg?rlkey=k2&st=x&dl=1',
    ],
    // A picture in a shared folder.
    [
      'https://www.dropbox.com/sh/a1/AAb2/mug.JPG?dl=0',
      'https://www.dropbox.com/sh/a1/AAb2/mug.JPG?dl=1',
    ],
  ])('Dropbox: %s', (link, expected) => {
    expect(resolved(link)).toBe(expected);
  });

  it.each([
    ['https://1drv.ms/i/s!AjIxK6fZ?e=7aLpVf', 'https://1drv.ms/i/s!AjIxK6fZ?e=7aLpVf&download=1'],
    [
      'https://1drv.ms/u/c/be5e63db/EY6Wax?e=Ct',
      'https://1drv.ms/u/c/be5e63db/EY6Wax?e=Ct&download=1',
    ],
    [
      'https://onedrive.live.com/embed?cid=D3A1&resid=D3A1%211156&authkey=ANIJy5',
      'https://onedrive.live.com/download?resid=D3A1%211156&authkey=ANIJy5',
    ],
    [
      'https://onedrive.live.com/redir?resid=D3A1!1156&authkey=!ANI&ithint=photo%2cjpg',
      'https://onedrive.live.com/download?resid=D3A1%211156&authkey=%21ANI',
    ],
    [
      'https://onedrive.live.com/?authkey=%21ANI&cid=D3A1&id=D3A1%211156',
      'https://onedrive.live.com/download?resid=D3A1%211156&authkey=%21ANI',
    ],
    [
      'https://onedrive.live.com/:i:/g/personal/be5e63db/EY6Wax?e=Ct',
      'https://onedrive.live.com/:i:/g/personal/be5e63db/EY6Wax?e=Ct&download=1',
    ],
  ])('OneDrive: %s', (link, expected) => {
    expect(resolved(link)).toBe(expected);
  });

  it.each([
    [
      'https://shop-my.sharepoint.com/:i:/g/personal/ann_shop/EcXsb?e=9MoCc6',
      'https://shop-my.sharepoint.com/:i:/g/personal/ann_shop/EcXsb?e=9MoCc6&download=1',
    ],
    [
      'https://shop.sharepoint.com/:u:/r/sites/Pictures/mug.png?csf=1&web=1&e=hf',
      'https://shop.sharepoint.com/:u:/r/sites/Pictures/mug.png?csf=1&e=hf&download=1',
    ],
  ])('SharePoint: %s', (link, expected) => {
    expect(resolved(link)).toBe(expected);
  });

  it.each([
    ['https://app.box.com/s/kwio6b4ovt1264', 'https://app.box.com/shared/static/kwio6b4ovt1264'],
    ['https://shop.box.com/s/kwio6b4ovt1264/', 'https://shop.box.com/shared/static/kwio6b4ovt1264'],
    [
      'https://shop.app.box.com/s/kwio6b4/file/2142926',
      'https://shop.app.box.com/index.php?rm=box_download_shared_file&shared_name=kwio6b4&file_id=f_2142926',
    ],
  ])('Box: %s', (link, expected) => {
    expect(resolved(link)).toBe(expected);
  });

  it.each([
    [
      'https://github.com/shop/pictures/blob/main/mugs/red%20mug.png',
      'https://github.com/shop/pictures/raw/main/mugs/red%20mug.png',
    ],
    [
      'https://www.github.com/shop/blob/blob/v1/blob/a.png?raw=true',
      'https://github.com/shop/blob/raw/v1/blob/a.png',
    ],
  ])('GitHub: %s', (link, expected) => {
    expect(resolved(link)).toBe(expected);
  });
});

describe('resolveShareLink(url): a link that is already to a picture, or to another host, stays', () => {
  it.each([
    'https://shop.example/file/d/1A-b_2C3d4E5f6G7h/view',
    'https://drive.google.com/thumbnail?id=1A-b_2C3d4E5f6G7h&sz=w1000',
    'https://drive.usercontent.google.com/download?id=1A-b_2C3d4E5f6G7h&export=download',
    'https://lh3.googleusercontent.com/d/1A-b_2C3d4E5f6G7h',
    'https://www.dropbox.com/scl/fi/a1/mug.jpg?rlkey=k2&raw=1',
    'https://dl.dropboxusercontent.com/s/a1b2c3/mug.jpg',
    // Made by "Embed".
    'https://1drv.ms/i/c/be5e63db/IQS8z9SZ?width=977&height=572',
    'https://onedrive.live.com/download?resid=D3A1%211156&authkey=ANI',
    'https://shop.sharepoint.com/sites/Pictures/mug.png',
    'https://app.box.com/shared/static/kwio6b4ovt1264.png',
    'https://raw.githubusercontent.com/shop/pictures/main/a.png',
    'https://github.com/user-attachments/assets/0c1d2e3f',
    // Other hosts with similar names.
    'https://evil-dropbox.com/s/a1b2c3/mug.jpg?dl=0',
    'https://www.dropbox.com.evil.example/s/a1b2c3/mug.jpg?dl=0',
    'https://evil-drive.google.com/file/d/1A-b_2C3d4E5f6G7h/view',
    'https://drive.google.com.evil.example/file/d/1A-b_2C3d4E5f6G7h/view',
    'https://1drv.ms.evil.example/i/s!AjIxK6fZ',
    'https://evilsharepoint.com/:i:/g/personal/a/b',
    'https://a.evil.sharepoint.com.evil.example/:i:/g/personal/a/b',
    'https://evilbox.com/s/kwio6b4ovt1264',
    'https://evilgithub.com/a/b/blob/main/a.png',
    'https://photos.app.goo.gl.evil.example/a',
    // Another server on the same machine.
    'https://github.com:8443/a/b/blob/main/a.png',
  ])('%s', (link) => {
    expect(resolved(link)).toBe(link);
  });
});

describe('resolveShareLink(url): a link to no single picture', () => {
  it.each([
    ['Google Drive', 'https://drive.google.com/drive/folders/1A-b_2C3d4?usp=sharing'],
    ['Google Drive', 'https://drive.google.com/drive/u/0/folders/1A-b_2C3d4'],
    ['Google Drive', 'https://drive.google.com/folderview?id=1A-b_2C3d4'],
    ['Google Photos', 'https://photos.app.goo.gl/a1B2c3'],
    ['Google Photos', 'https://photos.google.com/share/AF1QipN?key=a'],
    ['Dropbox', 'https://www.dropbox.com/scl/fo/a1/AAb2?rlkey=k2&dl=0'],
    ['Dropbox', 'https://www.dropbox.com/sh/a1/AAb2?dl=0'],
    ['OneDrive', 'https://1drv.ms/f/s!AjIxK6fZ'],
    ['OneDrive', 'https://1drv.ms/a/s!AjIxK6fZ'],
    ['OneDrive', 'https://onedrive.live.com/redir?resid=D3A1!1&authkey=!A&ithint=folder%2cjpg'],
    ['OneDrive', 'https://onedrive.live.com/:f:/g/personal/be5e63db/EY6Wax'],
    ['SharePoint', 'https://shop.sharepoint.com/:f:/s/pictures/tJUSd?e=VG7'],
    ['Box', 'https://app.box.com/s/kwio6b4/folder/2142926'],
    ['GitHub', 'https://github.com/shop/pictures/tree/main/mugs'],
    ['iCloud', 'https://www.icloud.com/sharedalbum/#B0a1'],
    ['iCloud', 'https://share.icloud.com/photos/0a1B2c'],
    ['iCloud', 'https://www.icloud.com/iclouddrive/0a1B2c#mug'],
  ])('%s: %s', (name, link) => {
    expect(resolved(link)).toContain(
      `Expected a link to one picture, received one to an album or folder of ${name}; `,
    );
  });

  it('says what to do instead', () => {
    expect(resolved('https://www.dropbox.com/sh/a1/AAb2')).toBe(
      'Expected a link to one picture, received one to an album or folder of Dropbox; share the picture itself ' +
        'on Dropbox with anyone who has the link, without a login or password, and use that link',
    );
    expect(resolved('https://photos.app.goo.gl/a1B2c3')).toMatch(
      /; Google Photos gives no link to a picture itself; put the picture on a website or /,
    );
  });
});

describe('resolveShareLink(url) of any path and query', () => {
  const hosts = [
    'drive.google.com',
    'docs.google.com',
    'www.dropbox.com',
    '1drv.ms',
    'onedrive.live.com',
    'shop.sharepoint.com',
    'app.box.com',
    'github.com',
  ];
  const part = fc.constantFrom(
    ...['file', 'd', 's', 'scl', 'fi', 'i', ':i:', 'r', 'blob', 'a.jpg', 'x!1', '%2F..', '..', ''],
  );
  const query = fc.webQueryParameters();

  it('stays with the same host company, and leads to the same place a second time', () => {
    const link = fc
      .tuple(fc.constantFrom(...hosts), fc.array(part, { maxLength: 6 }), query)
      .map(([host, parts, search]) => `https://${host}/${parts.join('/')}?${search}`);
    fc.assert(
      fc.property(link, (text) => {
        const url = new URL(text);
        const found = resolveShareLink(url);
        if (!(found instanceof URL)) return;
        const domain = (one: URL) => one.hostname.split('.').slice(-2).join('.');
        expect(domain(found)).toBe(domain(url));
        const again = resolveShareLink(found);
        expect(again instanceof URL ? again.href : again).toBe(found.href);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('shareAdviceOf(url)', () => {
  it('says how to share, for every link of a file host', () => {
    expect(shareAdviceOf(new URL('https://onedrive.live.com/?id=A!1&cid=A'))).toMatch(
      /^share the picture itself on OneDrive with anyone who has the link/,
    );
  });

  it('has nothing to say of other hosts', () => {
    expect(shareAdviceOf(new URL('https://shop.example/a.jpg'))).toBeNull();
  });
});
