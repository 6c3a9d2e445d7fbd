/**
 * The data file cannot be used, and the reason is not a bug: the message is one line for the person at the keyboard,
 * naming the file and what to do. The same may succeed once the disk is well; whatever else the store throws is about what
 * was to be written, and will be thrown again.
 */
export class StoreError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.name = 'StoreError'
  }
}
