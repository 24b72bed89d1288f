import { randomInt } from 'node:crypto';
import type { Attack, Target } from './attack';
import { formOf, sheetOf } from './forms';
import { rawCall } from './rawCall';

const HANGING_LINKS = 300;
const BAD_LINKS = 100;
const BAD_ANSWERS = ['slow', 'endless', 'loop', 'bomb'];

/** Uploads that are in order, but whose links, pictures or webhook receivers are hostile. */
export function linkAttacks({ port, key, hosts }: Target): Attack[] {
  const { url, hanging, pictures } = hosts;
  let links = 0;
  const linkTo = (folder: string) => `${folder}?${links++}`;
  const upload = (all: readonly string[], fields: Readonly<Record<string, string>> = {}) => {
    const rows = all.map((link, index) => `${index + 1},Product,${link}`).join('\n');
    const headers = { authorization: `Bearer ${key}` };
    return rawCall({ port, bytes: formOf(headers, sheetOf(`${rows}\n`), fields), ms: 60_000 });
  };
  const many = (count: number, folders: readonly string[]) =>
    Array.from({ length: count }, (_, index) => linkTo(folders[index % folders.length] ?? ''));
  const worst = (format: string, count: number) =>
    upload(
      many(
        count,
        pictures.map((name) => `${url}/picture/${name}`),
      ),
      { format },
    );

  return [
    {
      name: 'links to hosts that hang',
      perMinute: 10,
      atOnce: 4,
      run: () =>
        upload(
          many(
            HANGING_LINKS,
            hanging.map((host) => `${host}/image.jpg`),
          ),
        ),
    },
    {
      name: 'links to hostile answers',
      perMinute: 6,
      atOnce: 4,
      run: () =>
        upload(
          many(
            BAD_LINKS,
            BAD_ANSWERS.map((kind) => `${url}/${kind}/image.jpg`),
          ),
        ),
    },
    {
      name: 'receivers that never answer',
      perMinute: 60,
      atOnce: 6,
      run: () => {
        const receiver = hanging[randomInt(hanging.length)] ?? '';
        return upload([linkTo(`${url}/missing.jpg`)], { webhook_url: `${receiver}/webhook` });
      },
    },
    {
      name: 'worst pictures to AVIF',
      perMinute: 3,
      atOnce: 2,
      run: () => worst('avif', pictures.length),
    },
    {
      name: 'worst pictures to PNG',
      perMinute: 3,
      atOnce: 2,
      run: () => worst('png', 2 * pictures.length),
    },
  ];
}
