export type BodyInput = string | ArrayBuffer | Uint8Array | ReadableStream<Uint8Array> | null | undefined;

/** What `Request` and `Response` have in common: a body that is read once. */
export class SmallBody {
  readonly #source: BodyInput;
  #used = false;

  constructor(source: BodyInput) {
    this.#source = source ?? null;
  }

  get bodyUsed(): boolean {
    return this.#used;
  }

  get body(): ReadableStream<Uint8Array> | null {
    const source = this.#source;
    if (source === null || source === undefined) return null;
    if (!isWhole(source)) return source;
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#used = true;
        const bytes = bytesOf(source);
        if (bytes.byteLength > 0) controller.enqueue(bytes);
        controller.close();
      },
    });
  }

  async bytes(): Promise<Uint8Array> {
    if (this.#used) throw new TypeError('Body is unusable: it has already been read');
    this.#used = true;
    const source = this.#source ?? '';
    if (isWhole(source)) return bytesOf(source);
    const chunks: Uint8Array[] = [];
    for await (const chunk of source) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = await this.bytes();
    const copy = new ArrayBuffer(bytes.byteLength);
    new Uint8Array(copy).set(bytes);
    return copy;
  }

  /** As everywhere on the web: malformed bytes become U+FFFD, and a byte order mark goes. */
  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }
}

/** Nothing is asked of streams before there is one: the question alone would load their library. */
const isWhole = (source: string | ArrayBuffer | Uint8Array | ReadableStream<Uint8Array>): source is string | ArrayBuffer | Uint8Array =>
  typeof source === 'string' || source instanceof Uint8Array || source instanceof ArrayBuffer;

function bytesOf(source: string | ArrayBuffer | Uint8Array): Uint8Array {
  if (typeof source === 'string') return Buffer.from(source);
  return source instanceof Uint8Array ? source : new Uint8Array(source);
}
