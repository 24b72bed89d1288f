/**
 * Share links of file hosts lead to a page that shows the picture. This file knows the address of the picture itself.
 *
 * The sources beside each were looked up in November 2026, with the year of what they say. Most of those of Microsoft
 * are undocumented, and come from reports of users. When a host answers otherwise than expected, only its images fail,
 * with the advice of its entry.
 */

interface Host {
  readonly name: string;
  /** Matches whole names only: `evil-dropbox.com` and `dropbox.com.evil.example` are other hosts. */
  readonly hostname: RegExp;
  /** Returns where the picture is; the link itself when it may be that; `null` for a link to no single picture. */
  readonly resolve: (url: URL) => URL | null;
  /** What to do instead. */
  readonly advice: string;
}

const shareOne = (name: string) =>
  `share the picture itself on ${name} with anyone who has the link, without a login or password, and use that link`;

const keepElsewhere = (name: string) =>
  `${name} gives no link to a picture itself; put the picture on a website or another file host and use its link there`;

const HOSTS: readonly Host[] = [
  {
    name: 'Google Drive',
    hostname: /^(drive|docs|drive\.usercontent)\.google\.com$/,
    // The form of `webContentLink`, which also has the resource key: developers.google.com/workspace/drive/api/guides
    // (manage-downloads, resource-keys), 2025. It redirects to drive.usercontent.google.com.
    resolve(url) {
      if (/\/(folders\/|folderview|embeddedfolderview)/.test(url.pathname)) return null;
      const id =
        /\/file\/(?:u\/\d+\/)?d\/([\w-]+)/.exec(url.pathname)?.[1] ??
        (/\/(open|uc)$/.test(url.pathname) ? url.searchParams.get('id') : null);
      if (id === null) return url;
      return address('https://drive.google.com/uc', {
        export: 'download',
        id,
        resourcekey: url.searchParams.get('resourcekey'),
      });
    },
    advice: shareOne('Google Drive'),
  },
  {
    name: 'Google Photos',
    hostname: /^(photos\.google\.com|photos\.app\.goo\.gl)$/,
    resolve: () => null,
    advice: keepElsewhere('Google Photos'),
  },
  {
    name: 'Dropbox',
    hostname: /^(www\.)?dropbox\.com$/,
    // help.dropbox.com/share/force-download: `dl=1` downloads, `raw=1` renders, and the other parameters must stay
    // (`rlkey`; forum thread 689070, 2023). `/sh/` and `/scl/fo/` are folders, which are downloaded as a ZIP archive.
    resolve(url) {
      const isFolder =
        /^\/(sh|scl\/fo)\//.test(url.pathname) &&
        !/\.(jpe?g|png|webp|avif|gif|tiff?)$/i.test(url.pathname);
      if (isFolder) return null;
      const isFile = /^\/(s|scl\/fi|sh|scl\/fo)\//.test(url.pathname);
      if (!isFile || url.searchParams.get('raw') === '1') return url;
      return changed(url, { dl: '1' });
    },
    advice: shareOne('Dropbox'),
  },
  {
    name: 'OneDrive',
    hostname: /^(1drv\.ms|onedrive\.live\.com|photos\.onedrive\.com)$/,
    // Undocumented: `/embed`, `/redir` and `/view.aspx` become `/download` (ShareX issue 5386, 2021), links of accounts
    // that were moved to SharePoint take `download=1`. The documented shares API has required a login since 2024
    // (felixrieseberg/onedrive-link issue 1). Links with a width or height, made by "Embed", are pictures.
    resolve(url) {
      const { hostname, pathname, searchParams } = url;
      if (hostname === 'photos.onedrive.com') return url;
      const [, kind] = /^\/:?([a-z]):?\//.exec(pathname) ?? [];
      if (kind === 'f' || kind === 'a') return null;
      if (searchParams.get('ithint')?.startsWith('folder') === true) return null;
      if (searchParams.has('width') || searchParams.has('height')) return url;
      if (hostname === '1drv.ms' || kind !== undefined) return changed(url, { download: '1' });
      const resid = searchParams.get('resid') ?? searchParams.get('id');
      const authkey = searchParams.get('authkey');
      const isPage = /^\/(embed|redir|view\.aspx|)$/.test(pathname);
      if (!isPage || resid === null || authkey === null) return url;
      return address('https://onedrive.live.com/download', { resid, authkey });
    },
    advice: shareOne('OneDrive'),
  },
  {
    name: 'SharePoint',
    hostname: /^[a-z0-9-]+\.sharepoint\.com$/,
    // Undocumented, but used for years: vgrem/phpSPO issue 153, 2019. The letter is the kind of item (`i` image, `u`
    // other, `f` folder). `web=1` asks for the page.
    resolve(url) {
      const [, kind] = /^\/:([a-z]):\//.exec(url.pathname) ?? [];
      if (kind === undefined) return url;
      return kind === 'f' ? null : changed(url, { download: '1', web: null });
    },
    advice: shareOne('SharePoint'),
  },
  {
    name: 'Box',
    hostname: /^([a-z0-9-]+\.)?(app\.)?box\.com$/,
    // `url` and `download_url` of a shared link, developer.box.com/reference/get-files-id--get-shared-link, 2025. There
    // the download ends in the ending of the file, which the link does not show. A file in a shared folder has only
    // the address that Box's page used before, and still answers (seen in public code, 2026).
    resolve(url) {
      const [, token, kind, id] =
        /^\/s\/(\w+)(?:\/(file|folder)\/(\d+))?\/?$/.exec(url.pathname) ?? [];
      if (token === undefined) return url;
      if (kind === 'folder') return null;
      if (id === undefined) return address(`https://${url.hostname}/shared/static/${token}`, {});
      return address(`https://${url.hostname}/index.php`, {
        rm: 'box_download_shared_file',
        shared_name: token,
        file_id: `f_${id}`,
      });
    },
    advice: shareOne('Box'),
  },
  {
    name: 'GitHub',
    hostname: /^(www\.)?github\.com$/,
    // `/raw/` redirects to raw.githubusercontent.com, for a file in Git LFS to its storage:
    // codeyarns.com/tech/2019-09-18-github-urls.html; github.com/isaacs/github issue 1920, 2021.
    resolve(url) {
      const [, repository, kind, file] =
        /^(\/[^/]+\/[^/]+)\/(blob|tree)\/(.+)$/.exec(url.pathname) ?? [];
      if (kind === 'tree') return null;
      return kind === undefined ? url : new URL(`https://github.com${repository}/raw/${file}`);
    },
    advice: 'use a picture of a public repository, by the address of its "Raw" button',
  },
  {
    name: 'iCloud',
    hostname: /^(www\.|share\.)?icloud\.com$/,
    resolve: (url) =>
      url.hostname === 'share.icloud.com' ||
      /^\/(sharedalbum|photos|iclouddrive)\b/.test(url.pathname)
        ? null
        : url,
    advice: keepElsewhere('iCloud'),
  },
];

/** Returns the address to download from, or why there is no single picture at the link. */
export function resolveShareLink(url: URL): URL | { readonly refusal: string } {
  const host = hostOf(url);
  if (host === undefined) return url;
  return (
    host.resolve(url) ?? {
      refusal: `Expected a link to one picture, received one to an album or folder of ${host.name}; ${host.advice}`,
    }
  );
}

/** Returns what to do when a link to a file host leads to a page or a login; `null` for links to other hosts. */
export function shareAdviceOf(url: URL): string | null {
  return hostOf(url)?.advice ?? null;
}

function hostOf({ hostname, port }: URL): Host | undefined {
  return port === '' ? HOSTS.find((host) => host.hostname.test(hostname)) : undefined;
}

type Query = Readonly<Record<string, string | null>>;

function address(base: string, query: Query): URL {
  return changed(new URL(base), query);
}

/** Sets parameters of the query, and removes those that are `null`. */
function changed(url: URL, query: Query): URL {
  const copy = new URL(url);
  copy.protocol = 'https:';
  for (const [name, value] of Object.entries(query)) {
    if (value === null) copy.searchParams.delete(name);
    else copy.searchParams.set(name, value);
  }
  return copy;
}
