import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '@muster/protocol/errors/app-error';
import type { Logger } from '@muster/runtime/logger';
import type { MetricsSource } from './agent-metrics.ts';

export interface MetricsServer {
  port: number;
  close(): Promise<void>;
}

export interface MetricsServerOptions {
  host: string;
  port: number;
  logger: Logger;
}

/** `GET /metrics` for Prometheus. The library is loaded here, so that an agent without it does not carry it. Throws PORT_IN_USE. */
export async function startMetricsServer(source: MetricsSource, { host, port, logger }: MetricsServerOptions): Promise<MetricsServer> {
  const { createAgentMetrics } = await import('./agent-metrics.ts');
  const registry = createAgentMetrics(source);
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url?.split('?')[0] !== '/metrics') return void response.writeHead(404).end();
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      (err: unknown) => {
        logger.warn({ event: 'metrics.failed', err }, 'the metrics could not be read');
        response.writeHead(500).end();
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === 'EADDRINUSE'
          ? new AppError('PORT_IN_USE', {
              publicMessage: `Port ${port} is in use`,
              hint: 'Set MUSTER_METRICS_LISTEN to another one.',
              cause,
            })
          : cause,
      ),
    );
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  logger.info({ event: 'metrics.listening', host, port: address.port }, `metrics at http://${host}:${address.port}/metrics`);
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
