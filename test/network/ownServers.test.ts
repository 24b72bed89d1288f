import { createOwnServers, ownEndpointsOf } from '../../src/network/ownServers';

const ADDRESSES = {
  HOST: '127.0.0.1',
  PORT: 8000,
  PUBLIC_URL: 'https://images.example/shop',
  METRICS_PORT: 9464,
};

describe('ownEndpointsOf(config, temporalAddress, mongodbUri)', () => {
  const servers = createOwnServers(
    ownEndpointsOf(
      { ...ADDRESSES, STORAGE_URL: { bucket: 'images' } },
      'temporal.internal:7233',
      'mongodb://user:p%40ss@db1.internal:27018,[fd00::5],db2.internal/images?replicaSet=rs0',
      'http://storage.internal:7070',
      [{ host: '127.0.0.1', port: 9470 }],
    ),
  );

  it.each([
    ['the public URL', 'images.example', 443],
    ['the API', '127.0.0.1', 8000],
    ['the metrics', '127.0.0.1', 9464],
    ['Temporal', 'temporal.internal', 7233],
    ['a member of a replica set', 'db1.internal', 27018],
    ['a member at an IPv6 address', 'fd00::5', 27017],
    ['a member at the default port', 'db2.internal', 27017],
    ['object storage', 'storage.internal', 7070],
    ['the bucket at a host name of its own', 'images.storage.internal', 7070],
    ['a server of this process', '127.0.0.1', 9470],
  ])('knows %s', (_, host, port) => {
    expect(servers.isNamed(host, port)).toBe(true);
  });

  it.each([
    ['images.example', 8443],
    ['user', 27017],
    ['images', 27017],
    ['other.storage.internal', 7070],
  ])('does not know %s at %i', (host, port) => {
    expect(servers.isNamed(host, port)).toBe(false);
  });

  it('returns no object storage when none is named', () => {
    expect(ownEndpointsOf(ADDRESSES, '', '').stores).toEqual([]);
  });

  it('includes no host of a mongodb+srv URI', () => {
    const srv = createOwnServers(
      ownEndpointsOf(ADDRESSES, '', 'mongodb+srv://cluster.example/images'),
    );
    expect(srv.isNamed('cluster.example', 27017)).toBe(false);
  });
});
