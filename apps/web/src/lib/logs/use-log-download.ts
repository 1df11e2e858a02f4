'use client';
import { useMutation } from '@tanstack/react-query';
import { saveText } from '../save-text.ts';
import { notifyError } from '../notify.ts';
import { useTRPCClient } from '../trpc/client.ts';
import { stripAnsi } from './ansi.ts';

type Download = { allocationIds: readonly string[]; fileName: string };

/** Reads every stored chunk of these allocations, page by page, and saves the lines as one text file. */
export function useLogDownload() {
  const client = useTRPCClient();
  return useMutation({
    onError: notifyError,
    mutationFn: async ({ allocationIds, fileName }: Download) => {
      const parts: string[] = [];
      for (const allocationId of allocationIds) {
        for (let after: number | null = -1; after !== null;) {
          const page: { chunks: { lines: { at: number; stream: string; text: string }[] }[]; nextSequence: number | null } =
            await client.log.read.query({ allocationId, afterSequence: after, limit: 500 });
          for (const { lines } of page.chunks)
            for (const line of lines) parts.push(`${new Date(line.at).toISOString()} ${line.stream} ${stripAnsi(line.text)}\n`);
          after = page.nextSequence;
        }
      }
      saveText(fileName, parts);
    },
  });
}
