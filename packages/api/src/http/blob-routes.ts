import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { getTRPCErrorFromUnknown, TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { translateDatabaseError } from '@muster/db/database-error';
import { AppError } from '@muster/protocol/errors/app-error';
import { STATUS_OF_CODE } from '../errors/error-map.ts';
import { appErrorOf } from '../errors/error-shape.ts';
import type { LogFailure } from './log-failure.ts';
import type { Services } from '../services.ts';

export type BlobRoutes = {
  /** `PUT /master/blobs/:sha256` with the frame, as base64url JSON, in `x-muster-frame`. */
  upload(req: IncomingMessage, res: ServerResponse, input: { sha256: string; from: string }): Promise<void>;
  /** `GET /api/snapshots/:id` */
  download(res: ServerResponse, input: { snapshotId: string; token: string | null }): Promise<void>;
};

export function createBlobRoutes({ services, onFailure }: { services: Services; onFailure: LogFailure }): BlobRoutes {
  const fail = (res: ServerResponse, path: string, cause: unknown): void => {
    const app = appErrorOf(getTRPCErrorFromUnknown(cause), translateDatabaseError);
    onFailure(cause, path);
    if (res.headersSent) return void res.destroy();
    const error = app ?? new AppError('INTERNAL');
    const status = getHTTPStatusCodeFromError(new TRPCError({ code: STATUS_OF_CODE[error.code] }));
    // Whatever of the body is still on its way is not worth reading.
    res.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
    res.end(JSON.stringify({ error: error.toWire() }));
  };

  return {
    async upload(req, res, input) {
      try {
        await services.snapshots.upload({ ...input, frame: frameOf(req), stream: req });
        res.writeHead(200, { 'content-type': 'application/json' });
        res.end('{"stored":true}');
      } catch (error) {
        fail(res, 'blobs', error);
      }
    },
    async download(res, input) {
      try {
        const { stream, sizeBytes, fileName, sha256 } = await services.snapshots.download(input);
        res.writeHead(200, {
          'content-type': 'application/x-tar',
          'content-length': sizeBytes,
          'content-disposition': `attachment; filename="${fileName}"`,
          'cache-control': 'private, no-store',
          'x-muster-sha256': sha256,
        });
        await pipeline(stream, res);
      } catch (error) {
        fail(res, 'snapshots', error);
      }
    },
  };
}

function frameOf(req: IncomingMessage): unknown {
  const header = req.headers['x-muster-frame'];
  try {
    return JSON.parse(Buffer.from(typeof header === 'string' ? header : '', 'base64url').toString('utf8'));
  } catch {
    throw new AppError('BAD_INPUT', { publicMessage: 'The x-muster-frame header is not base64url of a JSON frame.' });
  }
}
