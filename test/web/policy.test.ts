import { call } from '../support/api';
import { VIEWS } from './views';
import { startViewStage } from './viewStage';

const stage = startViewStage();

describe.each(VIEWS)('the view of $name', ({ path, isShown }) => {
  it('has a policy that allows its own files and calls, and pictures of any host', async () => {
    const { headers } = await call(stage.service.url + path(stage.id));
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
    await stage.visitor.visit(`${stage.service.url}${path(stage.id)}`, async (page) => {
      page.on('request', (request) => {
        const isOwn = request.url().startsWith(stage.service.url);
        if (!isOwn && request.resourceType() !== 'image') foreign.push(request.url());
      });
      await page.reload();
      await isShown(page);
    });
    expect(foreign).toEqual([]);
  });
});

it('stops a script and a style in the HTML, and calls of other hosts', async () => {
  await stage.visitor.visit(
    stage.service.url,
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
        fetch('${stage.origin.url}/mug.jpg').catch(() => undefined);
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
