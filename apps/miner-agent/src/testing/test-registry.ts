import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

export interface TestRegistry {
  /** Of the one image that it has. */
  image: string;
  /** host:port, for references to what it does not have. */
  host: string;
  stop(): Promise<void>;
}

const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** A registry on loopback, where engines accept plain HTTP, with one image that no other machine has: the pull half of the distribution API. */
export async function startTestRegistry(): Promise<TestRegistry> {
  const archive = pack();
  archive.entry({ name: 'unique' }, randomBytes(300_000));
  archive.finalize();
  const tar = await buffer(archive);
  const layer = gzipSync(tar);
  const config = Buffer.from(
    JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [digestOf(tar)] } }),
  );
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: config.length, digest: digestOf(config) },
      layers: [{ mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', size: layer.length, digest: digestOf(layer) }],
    }),
  );
  const blobs = new Map([config, layer].map((bytes) => [`/v2/team/unique/blobs/${digestOf(bytes)}`, bytes]));

  const server = createServer((req, res) => {
    const path = req.url ?? '';
    const isManifest = path === '/v2/team/unique/manifests/1' || path === `/v2/team/unique/manifests/${digestOf(manifest)}`;
    const body = isManifest ? manifest : blobs.get(path);
    if (path === '/v2/') return res.writeHead(200).end('{}');
    if (!body)
      return res
        .writeHead(404, { 'content-type': 'application/json' })
        .end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}');
    const type = isManifest ? 'application/vnd.docker.distribution.manifest.v2+json' : 'application/octet-stream';
    res.writeHead(200, { 'content-type': type, 'content-length': body.length, 'docker-content-digest': digestOf(body) });
    return res.end(req.method === 'HEAD' ? undefined : body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const host = `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  return {
    host,
    image: `${host}/team/unique:1`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
