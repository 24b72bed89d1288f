import { createReceiverLimit } from '../../src/webhooks/receiverLimit';

describe('createReceiverLimit(2)', () => {
  const A = 'https://a.example/hook';

  it('refuses a third delivery to the same host and port, whatever the path', () => {
    const limit = createReceiverLimit(2);
    expect(limit.tryBegin(A)).not.toBeNull();
    expect(limit.tryBegin('https://user:pw@a.example/other?x=1')).not.toBeNull();
    expect(limit.tryBegin(A)).toBeNull();
  });

  it('counts receivers apart', () => {
    const limit = createReceiverLimit(2);
    limit.tryBegin(A);
    limit.tryBegin(A);
    expect(limit.tryBegin('https://b.example/hook')).not.toBeNull();
    expect(limit.tryBegin('https://a.example:8443/hook')).not.toBeNull();
  });

  it('allows another delivery when one has ended', () => {
    const limit = createReceiverLimit(2);
    const end = limit.tryBegin(A);
    limit.tryBegin(A);
    end?.();
    expect(limit.tryBegin(A)).not.toBeNull();
    expect(limit.tryBegin(A)).toBeNull();
  });
});
