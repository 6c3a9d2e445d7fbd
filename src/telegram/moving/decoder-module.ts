import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** libwebp as WebAssembly, out of its package. The single file carries it instead (`scripts/build/bundle.ts`). */
export const decoderModule = (): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(fileURLToPath(import.meta.resolve('@cwasm/webp/webp.wasm'))))
