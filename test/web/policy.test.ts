import { call } from '../support/api';
import { finished, sheetOf, uploaded } from '../support/calls';
import { bytes, startOrigin, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { startService, type Service } from '../support/service';
import { startVisitor, type Visitor } from '../support/webPage';
import { VIEWS } from './views';

let visitor: Visitor;
let origin: Origin;
let service: Service;
let id: string;
beforeAll(async () => {
  visitor = await startVisitor();
  origin = await startOrigin();
  origin.on('/mug.jpg', bytes(await photo()));
  service = await startService();
  id = await uploaded(service.url, sheetOf([`${origin.url}/mug.jpg`, `${origin.url}/none.jpg`]));
  await finished(service.url, id);
});
afterAll(async () => {
  await visitor.close();
  await service.stop();
  await origin.stop();
});

describe.each(VIEWS)('the view of $name', ({ path, isShown }) => {
  it('has a policy that allows its own files and calls, and pictures of any host', async () => {
    const { headers } = await call(service.url + path(id));
    const policy = headers.get('content-security-policy') ?? '';
    expect(Object.fromEntries(policy.split('; ').map(directiveOf))).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'connect-src': "'self'",
      'img-src': "'self' data: http: https:",
      'base-uri': "'self'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
    });
  });

  it('violates no policy, and asks no other host for anything but pictures', async () => {
    const foreign: string[] = [];
    // `visit` fails for violations, which the browser reports as errors.
    await visitor.visit(`${service.url}${path(id)}`, async (page) => {
      page.on('request', (request) => {
        const isOwn = request.url().startsWith(service.url);
        if (!isOwn && request.resourceType() !== 'image') foreign.push(request.url());
      });
      await page.reload();
      await isShown(page);
    });
    expect(foreign).toEqual([]);
  });
});

it('stops a script and a style in the HTML, and calls of other hosts', async () => {
  await visitor.visit(
    service.url,
    async (page) => {
      const violated = await page.evaluate<string[]>(`new Promise((resolve) => {
        const seen = new Set();
        document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
          seen.add(effectiveDirective);
          if (seen.size === 3) resolve([...seen].sort());
        });
        const script = document.createElement('script');
        script.textContent = 'document.title = "foreign"';
        const style = document.createElement('style');
        style.textContent = 'body { display: none }';
        document.body.append(script, style);
        fetch('${origin.url}/mug.jpg').catch(() => undefined);
      })`);
      expect(violated).toEqual(['connect-src', 'script-src-elem', 'style-src-elem']);
    },
    { expected: /Content Security Policy/ },
  );
});

function directiveOf(text: string): [string, string] {
  const at = text.indexOf(' ');
  return [text.slice(0, at), text.slice(at + 1)];
}
