/** The bytes of a file in memory: they grow without being copied at every write. */
export class Bytes {
  #buffer: Buffer
  #size: number
  readonly #filler: number

  /** `filler` is what stands where a file grew without having been written. */
  constructor(content: Buffer = Buffer.alloc(0), filler = 0) {
    this.#buffer = Buffer.from(content)
    this.#size = content.length
    this.#filler = filler
  }

  read(): Buffer {
    return this.#buffer.subarray(0, this.#size)
  }

  write(data: Buffer, offset: number): void {
    if (offset + data.length > this.#size) this.resize(offset + data.length)
    data.copy(this.#buffer, offset)
  }

  resize(size: number): void {
    if (size > this.#buffer.length) {
      const larger = Buffer.alloc(Math.max(size, this.#buffer.length * 2))
      this.read().copy(larger)
      this.#buffer = larger
    }
    if (size > this.#size) this.#buffer.fill(this.#filler, this.#size, size)
    this.#size = size
  }
}
