import assert from 'node:assert/strict'
import { Api, GrammyError } from 'grammy'
import {
  type SimChat,
  type SimUser,
  startTelegramSimulator,
  type TelegramSimulator,
  type TelegramSimulatorOptions,
} from './index.ts'

interface Bench extends AsyncDisposable {
  readonly tg: TelegramSimulator
  readonly api: Api
  readonly owner: SimUser
  readonly chat: SimChat
}

/** A server with one person, their private chat with the bot, and the real grammY. */
export async function openBench(options: TelegramSimulatorOptions = {}): Promise<Bench> {
  const tg = await startTelegramSimulator(options)
  const owner = tg.addUser({ id: 11111111, first_name: 'Olga' })
  return {
    tg,
    api: new Api(tg.token, { apiRoot: tg.apiRoot }),
    owner,
    chat: tg.addPrivateChat(owner),
    [Symbol.asyncDispose]: () => tg[Symbol.asyncDispose](),
  }
}

/** Awaits a refusal and checks its words. */
export async function refused(
  call: Promise<unknown>,
  code: number,
  description: string,
): Promise<GrammyError> {
  const error = await call.then(
    result => assert.fail(`accepted: ${JSON.stringify(result)}`),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof GrammyError, `not a Bot API error: ${String(error)}`)
  assert.equal(error.description, description)
  assert.equal(error.error_code, code)
  return error
}

/** The beginning of a PNG: enough for its size to be read. */
export function png(width: number, height: number): Uint8Array {
  const bytes = Buffer.alloc(64)
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52])
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  return bytes
}

export const jpeg = (width: number, height: number): Uint8Array =>
  Buffer.from([
    0xff,
    0xd8,
    0xff,
    0xe0,
    0,
    4,
    0,
    0,
    0xff,
    0xc0,
    0,
    11,
    8,
    height >> 8,
    height & 255,
    width >> 8,
    width & 255,
    1,
    1,
    0x11,
    0,
  ])

/** A lossy WebP of 512 × 512. */
export function webp(): Uint8Array {
  const bytes = Buffer.alloc(64)
  bytes.write('RIFF', 0)
  bytes.write('WEBPVP8 ', 8)
  bytes.writeUInt16LE(512, 26)
  bytes.writeUInt16LE(512, 28)
  return bytes
}

export const ogg = (): Uint8Array => Buffer.concat([Buffer.from('OggS'), Buffer.alloc(96, 7)])

/** Chunks of 1 MiB, as many as asked for. */
export async function* megabytes(count: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index += 1) yield Buffer.alloc(1024 * 1024, index)
}

export const notModified =
  'Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message'
