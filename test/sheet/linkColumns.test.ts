import { findLinkColumns } from '../../sheet/linkColumns';

describe('findLinkColumns(columns, named)', () => {
  it('passes over a long name at once', () => {
    const long = `image${'1'.repeat(60_000)}x`;
    expect(findLinkColumns([long, 'Images'], null)).toMatchObject({ link_columns: [1] });
  });
});
