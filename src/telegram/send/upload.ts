/** For how long neither side may move a byte while a body goes out. */
const idleMs = 60_000
/** After the last byte the server still works on the file, the longer the bigger: 60 s and 1 s per 256 KiB. */
const answerMs = (bytes: number): number => 60_000 + (bytes / 262_144) * 1000

export interface UploadWatch {
  readonly bytes: AsyncIterable<Uint8Array>
  /** Aborts with the caller's signal or when the upload stands still. */
  readonly signal: AbortSignal
  /** Whether the last byte was handed over. Before that, no server can have acted on the request. */
  readonly complete: boolean
  /** What the source of the bytes threw, if it did. */
  readonly sourceError: unknown
  close(): void
}

/** Follows a body on its way out: is it moving, did it end, did its source fail. */
export const watchUpload = (source: AsyncIterable<Uint8Array>, outer?: AbortSignal): UploadWatch => {
  const clock = new AbortController()
  const signal = outer ? AbortSignal.any([clock.signal, outer]) : clock.signal
  let timer: NodeJS.Timeout | undefined
  let complete = false
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

  async function* follow(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of source) {
        sent += chunk.byteLength
        expect(idleMs)
        yield chunk
      }
      complete = true
      expect(answerMs(sent))
    } catch (error) {
      sourceError = error
      throw error
    }
  }

  return {
    bytes: follow(),
    signal,
    get complete() {
      return complete
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
