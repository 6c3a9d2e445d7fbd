/** For how long neither side may move a byte while a body goes out. */
const idleMs = 60_000
/** How often a byte goes while the last one waits: whoever takes a body in gives it up when it stands still for a minute. */
const trickleMs = 20_000
/** Bytes at the end of the last file that are held back for that. */
const heldBack = 64
/** Nothing in Telegram is bigger, in bytes, whatever an update says: a timer that is to wait longer than 24 days does not wait. */
const biggest = 4 * 2 ** 30
/** After the last byte the server still works on the file, the longer the bigger: 60 s and 1 s per 256 KiB. */
export const answerMs = (bytes: number): number => 60_000 + (Math.min(bytes, biggest) / 262_144) * 1000

export interface UploadOptions {
  readonly signal?: AbortSignal
  /** What the last byte of the last file waits for. */
  readonly beforeLastByte?: () => Promise<void>
  /** Called when the last byte of the last file is out, with the number of bytes in all. */
  readonly onLastByte?: (bytes: number) => void
}

export interface UploadWatch {
  /** The files, to be read one after the other. */
  readonly bodies: readonly AsyncIterable<Uint8Array>[]
  /** Aborts with the caller's signal or when the upload stands still. */
  readonly signal: AbortSignal
  /** Whether the last byte of the last file was handed over. Before that, no server can have acted on the request. */
  readonly complete: boolean
  /** What the source of a file threw, if it did. */
  readonly sourceError: unknown
  close(): void
}

/** Follows files on their way out in one body: is it moving, did it end, did a source fail. */
export const watchUpload = (
  sources: readonly AsyncIterable<Uint8Array>[],
  { signal: outer, beforeLastByte, onLastByte }: UploadOptions = {},
): UploadWatch => {
  const clock = new AbortController()
  const signal = outer ? AbortSignal.any([clock.signal, outer]) : clock.signal
  let timer: NodeJS.Timeout | undefined
  let left = sources.length
  let sourceError: unknown
  let sent = 0

  let closed = false

  const expect = (ms: number): void => {
    clearTimeout(timer)
    // The body may go on for a moment after the call has failed.
    if (closed) return
    timer = setTimeout(() => clock.abort(new Error('no answer in time')), ms)
  }
  expect(idleMs)

  async function* follow(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      const may = left === 1 ? beforeLastByte : undefined
      yield* may ? holdBack(move(source), may) : move(source)
      // It may have been let go only when the call was over.
      if (closed) return
      left--
      if (left === 0) onLastByte?.(sent)
      expect(left === 0 ? answerMs(sent) : idleMs)
    } catch (error) {
      sourceError = error
      throw error
    }
  }

  async function* move(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      sent += chunk.byteLength
      expect(idleMs)
      yield chunk
    }
  }

  /** The end of it goes when it may, and until then a byte of it now and then. */
  async function* holdBack(
    chunks: AsyncIterable<Uint8Array>,
    mayEnd: () => Promise<void>,
  ): AsyncGenerator<Uint8Array> {
    let held = Buffer.alloc(0)
    for await (const chunk of chunks) {
      held = Buffer.concat([held, chunk])
      const more = held.length - heldBack
      if (more > 0) yield held.subarray(0, more)
      if (more > 0) held = held.subarray(more)
    }
    const leave = mayEnd()
    while (held.length > 1 && !(await endsWithin(trickleMs, leave))) {
      yield held.subarray(0, 1)
      held = held.subarray(1)
      expect(idleMs)
    }
    await leave
    expect(idleMs)
    if (held.length > 0) yield held
  }

  return {
    bodies: sources.map(follow),
    signal,
    get complete() {
      return left === 0
    },
    get sourceError() {
      return sourceError
    },
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}

/** Whether it ends within so many milliseconds; rejects where it does. */
const endsWithin = async (milliseconds: number, work: Promise<void>): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>(resolve => {
    timer = setTimeout(resolve, milliseconds, false)
  })
  try {
    return await Promise.race([work.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}
