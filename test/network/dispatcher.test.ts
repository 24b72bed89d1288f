import fc from 'fast-check';
import { request, type Dispatcher } from 'undici';
import { blockedBy } from '../../src/errors';
import { createDispatcher } from '../../src/network/dispatcher';
import { createOwnServers } from '../../src/network/ownServers';
import { dispatcherAllowing, policyAllowing } from '../support/targets';
import { faultOf } from '../../src/network/reason';
import { rawAnswer, startOddOrigin } from '../support/oddOrigin';
import { bytes, startOrigin, type Origin } from '../support/origin';
import { PRIVATE_IPV4, spelling, type Ipv4 } from './spellings';

let origin: Origin;
let port: string;
beforeEach(async () => {
  origin = await startOrigin();
  origin.on('/', bytes('reached'));
  port = new URL(origin.url).port;
});

const dispatchers: Dispatcher[] = [];
afterEach(async () => {
  await Promise.all(dispatchers.splice(0).map((dispatcher) => dispatcher.destroy()));
  await origin.stop();
});

function allowing(...networks: string[]): Dispatcher {
  const dispatcher = dispatcherAllowing(...networks);
  dispatchers.push(dispatcher);
  return dispatcher;
}

async function reach(url: string, dispatcher: Dispatcher): Promise<string> {
  const { body } = await request(url, { dispatcher });
  return body.text();
}

async function refusal(url: string, dispatcher: Dispatcher): Promise<string> {
  const error = await reach(url, dispatcher).then(
    () => new Error(`Expected ${url} to be refused, but it was reached`),
    (reason: unknown) => reason,
  );
  const blocked = blockedBy(error);
  if (blocked === null) throw error;
  return blocked.message;
}

describe('a dispatcher with no allowed network', () => {
  it('refuses a private address and says how to allow it', async () => {
    expect(await refusal(origin.url, allowing())).toBe(
      'Expected a public address, received 127.0.0.1; to allow it, add its network to ALLOWED_NETWORKS',
    );
  });

  it('refuses private addresses in every notation', async () => {
    const dispatcher = allowing();
    const loopback = fc.constant<Ipv4>([127, 0, 0, 1]);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(loopback, PRIVATE_IPV4),
        spelling,
        fc.constantFrom('http', 'https'),
        async (address, [, spell], scheme) => {
          await refusal(`${scheme}://${spell(address)}:${port}/`, dispatcher);
        },
      ),
    );
    expect(origin.hits('/')).toBe(0);
  });

  it.each(['[::1]', '[0:0:0:0:0:0:0:1]', '[fe80::1]', '[fd00:ec2::254]', '0', '127.1'])(
    'refuses the host %s',
    async (host) => {
      await refusal(`http://${host}:${port}/`, allowing());
      expect(origin.hits('/')).toBe(0);
    },
  );

  it.each(['localhost', 'LOCALHOST', 'l\u24deca\u217chost'])(
    'refuses the name %s, which resolves to a private address',
    async (name) => {
      expect(await refusal(`http://${name}:${port}/`, allowing())).toMatch(
        /received localhost \((127\.0\.0\.1|::1)/,
      );
      expect(origin.hits('/')).toBe(0);
    },
  );
});

describe('a dispatcher with allowed networks', () => {
  it('connects to an address in an allowed network', async () => {
    expect(await reach(origin.url, allowing('127.0.0.0/8'))).toBe('reached');
  });

  it('connects to a name that resolves to an address in an allowed network', async () => {
    expect(await reach(`http://localhost:${port}/`, allowing('127.0.0.0/8'))).toBe('reached');
  });

  it('refuses private addresses outside it', async () => {
    await refusal(origin.url, allowing('10.0.0.0/8', '127.0.0.2/32', '::1/128'));
    expect(origin.hits('/')).toBe(0);
  });
});

describe('a dispatcher with servers of our own', () => {
  it.each(['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '2130706433'])(
    'refuses to connect to one as %s, although its network is allowed',
    async (host) => {
      const own = createOwnServers({
        named: [{ host: '127.0.0.1', port: Number(port) }],
        publicUrls: [],
        stores: [],
      });
      const policy = policyAllowing(['127.0.0.0/8', '::1/128'], undefined, own);
      const dispatcher = createDispatcher(policy);
      dispatchers.push(dispatcher);
      expect(await refusal(`http://${host}:${port}/`, dispatcher)).toContain('belongs to it');
      expect(origin.hits('/')).toBe(0);
    },
  );
});

describe('a dispatcher with allowed ports', () => {
  it.each(['127.0.0.1', 'localhost'])('refuses another port of %s', async (host) => {
    const policy = policyAllowing(['127.0.0.0/8', '::1/128'], [[443, 443]]);
    const dispatcher = createDispatcher(policy);
    dispatchers.push(dispatcher);
    expect(await refusal(`http://${host}:${port}/`, dispatcher)).toContain('ALLOWED_PORTS');
    expect(origin.hits('/')).toBe(0);
  });
});

describe('a response to a request by the dispatcher', () => {
  it('may have a header of up to 64 KB', async () => {
    const odd = await startOddOrigin();
    try {
      const answer = (length: number) =>
        odd.on('/', rawAnswer('reached', { headers: `X-Debug: ${'a'.repeat(length)}\r\n` }));
      expect(await reach(answer(65_000), allowing('127.0.0.0/8'))).toBe('reached');
      const error: unknown = await reach(answer(65_536), allowing('127.0.0.0/8')).catch(
        (reason: unknown) => reason,
      );
      expect(faultOf(error)).toEqual({ expected: 'a header of at most 64 KB', received: 'more' });
    } finally {
      await odd.stop();
    }
  });
});
