import { DEFAULT_SHEET_OPTIONS } from '../../contract/sheets';
import { validateSheet } from '../../src/requests/validateSheet';
import { withFile } from '../support/temporaryFile';

const OPTIONS = { ...DEFAULT_SHEET_OPTIONS, strict: false, maxImages: 100 };

const validate = (content: string, options = {}) =>
  withFile(content, (file) => validateSheet(file, { ...OPTIONS, ...options }));

describe('rows without links of an export', () => {
  const VARIANTS = 'Handle,Title,Image Src\nmug,Mug,http://a/1.jpg\nmug,,\nmug,,\n';

  it('are rows, but neither links nor faults', async () => {
    expect(await validate(VARIANTS)).toMatchObject({ rows: 3, links: 1, warnings: [] });
  });

  it('are not refused by strict', async () => {
    expect(await validate(VARIANTS, { strict: true })).toMatchObject({ rows: 3, links: 1 });
  });

  it('do not make a file of their own', async () => {
    await expect(validate('Handle,Title,Image Src\nmug,,\ncup,,\n')).rejects.toMatchObject({
      code: 'invalid',
      message: 'Expected at least one link under "Image Src", received none; add links',
    });
  });
});
