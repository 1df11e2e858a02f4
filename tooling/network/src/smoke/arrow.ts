/** One arrow of the protocol as it was seen to happen. */
export interface ArrowResult {
  id: string;
  ok: boolean;
  /** Read back from the chain, Docker or the database; on failure, what was wrong. */
  evidence: string;
  ms: number;
}

/** What the smoke test says while it goes. */
export interface Recorder {
  /** Runs one arrow: `prove` acts through a public interface and returns evidence read back from elsewhere. */
  arrow<T extends { evidence: string }>(id: string, what: string, prove: () => Promise<T>): Promise<T>;
  results(): ArrowResult[];
}

/** Thrown when the evidence for an arrow is missing or says otherwise. */
export class EvidenceError extends Error {
  override readonly name = 'EvidenceError';
}

/** Asserts a fact that the evidence must show. */
export function expectFact(fact: unknown, otherwise: string): asserts fact {
  if (!fact) throw new EvidenceError(otherwise);
}

export function createRecorder(print: (line: string) => void): Recorder {
  const results: ArrowResult[] = [];
  return {
    async arrow(id, what, prove) {
      const startedAt = performance.now();
      const record = (ok: boolean, evidence: string) => {
        const ms = Math.round(performance.now() - startedAt);
        results.push({ id, ok, evidence, ms });
        print(`${ok ? '✓' : '✗'} ${id.padEnd(4)} ${what}\n       ${evidence} (${ms} ms)`);
      };
      try {
        const proof = await prove();
        record(true, proof.evidence);
        return proof;
      } catch (error) {
        record(false, error instanceof Error ? error.message : String(error));
        throw error;
      }
    },
    results: () => results,
  };
}
