import { randomInt } from 'node:crypto';
import type { Attack, Target } from './attack';
import { formOf, sheetOf } from './forms';
import { rawCall } from './rawCall';

const HANGING_LINKS = 300;
const BAD_LINKS = 100;
const BAD_ANSWERS = ['slow', 'endless', 'loop', 'bomb'];

type Fields = Readonly<Record<string, string>>;

/** Uploads that are in order, but whose links or webhook receivers are hostile. */
export function linkAttacks({ port, key, hosts }: Target): Attack[] {
  const { url, hanging } = hosts;
  const { upload, many, linkTo } = createUploads(port, key);
  const imagesOf = (folders: readonly string[]) => folders.map((folder) => `${folder}/image.jpg`);

  return [
    {
      name: 'links to hosts that hang',
      perMinute: 10,
      atOnce: 4,
      run: () => upload(many(HANGING_LINKS, imagesOf(hanging))),
    },
    {
      name: 'links to hostile answers',
      perMinute: 6,
      atOnce: 4,
      run: () => upload(many(BAD_LINKS, imagesOf(BAD_ANSWERS.map((kind) => `${url}/${kind}`)))),
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
  ];
}

/** Uploads of links to the worst pictures. */
export function pictureAttacks({ port, key, hosts: { url, pictures } }: Target): Attack[] {
  const { upload, many } = createUploads(port, key);
  const links = pictures.map((name) => `${url}/picture/${name}`);

  return [
    {
      name: 'worst pictures to AVIF',
      perMinute: 3,
      atOnce: 2,
      run: () => upload(many(links.length, links), { format: 'avif' }),
    },
    {
      name: 'worst pictures to PNG',
      perMinute: 3,
      atOnce: 2,
      run: () => upload(many(2 * links.length, links), { format: 'png' }),
    },
  ];
}

/** Makes uploads whose links differ from all that were uploaded before. */
function createUploads(port: number, key: string) {
  let links = 0;
  const linkTo = (address: string) => `${address}?${links++}`;
  return {
    linkTo,
    many: (count: number, addresses: readonly string[]) =>
      Array.from({ length: count }, (_, index) =>
        linkTo(addresses[index % addresses.length] ?? ''),
      ),
    upload(all: readonly string[], fields: Fields = {}) {
      const rows = all.map((link, index) => `${index + 1},Product,${link}`).join('\n');
      const headers = { authorization: `Bearer ${key}` };
      return rawCall({ port, bytes: formOf(headers, sheetOf(`${rows}\n`), fields), ms: 60_000 });
    },
  };
}
