import { decoderModule } from './decoder-module.ts'

/** Pixels, row by row, as red, green, blue, alpha. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly pixels: Uint8Array
}

/** The part of the platform's interface that is used; Node's types do not have it. */
interface Wasm {
  compile(bytes: Uint8Array): Promise<object>
  instantiate(module: object, imports: object): Promise<{ readonly exports: unknown }>
}

/** What the module offers: libwebp and its memory. */
interface Libwebp {
  readonly memory: { readonly buffer: ArrayBuffer }
  malloc(bytes: number): number
  free(pointer: number): void
  WebPDecodeRGBA(data: number, size: number, width: number, height: number): number
}

/** Calls of the system, of which the decoder makes none. */
const absent = () => {
  throw new Error('The WebP decoder has no access to files')
}

const wasm = (globalThis as unknown as { readonly WebAssembly: Wasm }).WebAssembly
let compiled: Promise<object> | undefined

/**
 * A WebP decoder with memory of its own, which can touch nothing else: what is broken into by a picture is thrown away with
 * the decoder. Make one for each file.
 */
export const openWebpDecoder = async (): Promise<(file: Uint8Array) => Picture | undefined> => {
  compiled ??= wasm.compile(decoderModule())
  const stubs = { fd_close: absent, fd_seek: absent, fd_write: absent }
  const { exports } = await wasm.instantiate(await compiled, { wasi_snapshot_preview1: stubs })
  const libwebp = exports as Libwebp
  return file => decode(file, libwebp)
}

/** Undefined when the file is damaged. */
const decode = (file: Uint8Array, libwebp: Libwebp): Picture | undefined => {
  const { memory } = libwebp
  const [input, size] = [libwebp.malloc(file.length), libwebp.malloc(8)]
  if (input === 0 || size === 0) return undefined
  new Uint8Array(memory.buffer).set(file, input)
  const output = libwebp.WebPDecodeRGBA(input, file.length, size, size + 4)
  // The memory may have grown, and then lies elsewhere.
  const view = new DataView(memory.buffer)
  const [width, height] = [view.getUint32(size, true), view.getUint32(size + 4, true)]
  for (const pointer of [input, size]) libwebp.free(pointer)
  if (output === 0) return undefined
  const pixels = new Uint8Array(memory.buffer, output, width * height * 4).slice()
  libwebp.free(output)
  return { width, height, pixels }
}
