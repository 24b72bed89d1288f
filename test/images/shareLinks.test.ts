import { MockAgent } from 'undici';
import { download as downloadWith } from './downloads';
import { failure } from './failure';

describe('download(link) of a share link', () => {
  // It opens no connection: any other request fails.
  let hosts: MockAgent;
  beforeEach(() => {
    hosts = new MockAgent({ enableCallHistory: true });
    hosts.disableNetConnect();
  });
  afterEach(() => hosts.close());

  const download = (link: string) => downloadWith(link, { dispatcher: hosts });

  it('requests the address of the picture itself', async () => {
    hosts
      .get('https://drive.google.com')
      .intercept({ path: '/uc?export=download&id=1A-b_2C3d' })
      .reply(303, '', {
        headers: { location: 'https://drive.usercontent.google.com/download?id=1' },
      });
    hosts
      .get('https://drive.usercontent.google.com')
      .intercept({ path: '/download?id=1' })
      .reply(200, 'the bytes');
    const link = 'https://drive.google.com/file/d/1A-b_2C3d/view?usp=sharing';
    expect((await download(link)).toString()).toBe('the bytes');
  });

  it('requests it as well when the link was pasted without a scheme', async () => {
    hosts
      .get('https://www.dropbox.com')
      .intercept({ path: '/s/a1/mug.jpg?dl=1' })
      .reply(200, 'the bytes');
    expect((await download('www.dropbox.com/s/a1/mug.jpg?dl=0')).toString()).toBe('the bytes');
  });

  it.each([
    [401, 'http_401'],
    [403, 'http_403'],
    [404, 'not_found'],
  ])('says after HTTP %d how to share', async (code, expected) => {
    hosts.get('https://app.box.com').intercept({ path: '/shared/static/a1' }).reply(code, '');
    const error = await failure(download('https://app.box.com/s/a1'));
    expect(error).toMatchObject({ code: expected, retryable: false });
    expect(error.message).toBe(
      `Expected the image, received HTTP ${code}; share the picture itself on Box with anyone who has the link, ` +
        'without a login or password, and use that link',
    );
  });

  it('sends no request for an album', async () => {
    const error = await failure(download('https://photos.app.goo.gl/a1B2c3'));
    expect(error).toMatchObject({ code: 'invalid_url', retryable: false });
    expect(error.message).toMatch(/^Expected a link to one picture, received one to an album /);
    expect(hosts.getCallHistory()?.calls()).toEqual([]);
  });
});
