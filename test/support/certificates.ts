import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

interface Wanted {
  /** As in a certificate's subjectAltName: `IP:127.0.0.1`, `DNS:shop.example`. */
  readonly host?: string;
  readonly isExpired?: boolean;
  /** Signs the certificate, which is self-signed by default. */
  readonly issuer?: Certificate;
}

const AUTHORITY = `
[ca]
default_ca = own
[own]
database = index
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
[any]
commonName = supplied
`;

/** Creates a key and a certificate for it with the openssl command. */
export function makeCertificate(wanted: Wanted = {}): Certificate {
  const { host = 'IP:127.0.0.1', isExpired = false, issuer } = wanted;
  const folder = mkdtempSync(path.join(tmpdir(), 'certificate-'));
  const openssl = (...options: string[]) =>
    execFileSync('openssl', options, { cwd: folder, stdio: 'pipe' });
  const write = (name: string, text: string) => {
    writeFileSync(path.join(folder, name), text, { mode: 0o600 });
  };
  const read = (name: string) => readFileSync(path.join(folder, name), 'utf8');
  try {
    write('ca.cnf', AUTHORITY);
    write('index', '');
    openssl(
      'req',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      'key',
      '-out',
      'request',
      '-subj',
      `/CN=${host.replace(':', ' ')}`,
      '-addext',
      `subjectAltName=${host}`,
    );
    if (issuer !== undefined) {
      write('issuer.key', issuer.key);
      write('issuer.cert', issuer.cert);
    }
    const end = isExpired ? '20210101000000Z' : '20990101000000Z';
    openssl(
      'ca',
      '-config',
      'ca.cnf',
      '-batch',
      '-notext',
      '-in',
      'request',
      '-out',
      'cert',
      '-startdate',
      '20200101000000Z',
      '-enddate',
      end,
      ...(issuer === undefined
        ? ['-selfsign', '-keyfile', 'key']
        : ['-keyfile', 'issuer.key', '-cert', 'issuer.cert']),
    );
    return { key: read('key'), cert: read('cert') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
