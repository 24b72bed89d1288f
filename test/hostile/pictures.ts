import { AVIFS } from './avifs';
import { GIFS } from './gifs';
import { JPEGS } from './jpegs';
import type { HostilePicture } from './kinds';
import { OTHERS } from './others';
import { PNGS } from './pngs';
import { TIFFS } from './tiffs';
import { WEBPS } from './webps';

export type { HostilePicture } from './kinds';

/** Files as an attacker would build them, of every format that is served and of others that look like them. */
export const HOSTILE_PICTURES: readonly HostilePicture[] = [
  ...JPEGS,
  ...PNGS,
  ...WEBPS,
  ...AVIFS,
  ...GIFS,
  ...TIFFS,
  ...OTHERS,
];
