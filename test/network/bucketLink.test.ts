import { isBucketLink, parseBucketLink } from '../../src/network/bucketLink';

describe('parseBucketLink(link)', () => {
  it.each([
    ['s3://photos/a.jpg', 'photos', 'a.jpg'],
    ['S3://photos/a.jpg', 'photos', 'a.jpg'],
    ['s3://photos/2026/a b.jpg', 'photos', '2026/a b.jpg'],
    ['s3://photos/a%20b.jpg', 'photos', 'a%20b.jpg'],
    ['s3://photos/a?b#c+d.jpg', 'photos', 'a?b#c+d.jpg'],
    ['s3://photos//a/../ü.jpg', 'photos', '/a/../ü.jpg'],
  ])('takes the text after the bucket for the key: %s', (link, bucket, object) => {
    expect(parseBucketLink(link)).toEqual({ bucket, object });
  });

  it.each(['s3://', 's3://photos', 's3://photos/', 's3:///a.jpg', 'https://photos/a.jpg'])(
    'returns null without a bucket or a key: %s',
    (link) => {
      expect(parseBucketLink(link)).toBeNull();
    },
  );
});

describe('isBucketLink(link)', () => {
  it.each([
    ['s3://', true],
    ['S3://photos/a.jpg', true],
    ['https://s3.example/a.jpg', false],
    ['data:image/png;base64,', false],
  ])('%s: %s', (link, is) => {
    expect(isBucketLink(link)).toBe(is);
  });
});
