import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { type BinaryNode, proto } from '@whiskeysockets/baileys'
import { bytes, child, el, unixSeconds } from './node.ts'
import { readMessage } from './polls.ts'
import type { World } from './world.ts'

/** A file in a message, whatever its kind. */
interface File {
  mediaKey: Uint8Array
  directPath: string
}

/**
 * A linked device asks the owner's phone to put a file up again that the media host has deleted
 * (`<receipt type="server-error">`, Baileys lib/Utils/messages-media.js). The phone answers with a `mediaretry`
 * notification when it is on; the requests of a phone that is off wait for it.
 */
export class MediaRetries {
  readonly #world: World
  readonly #waiting: BinaryNode[] = []
  #on = true

  constructor(world: World) {
    this.#world = world
  }

  /** Takes a request; one that does not add up is a surprise. */
  ask(node: BinaryNode): void {
    if (this.#on) this.#answer(node)
    else this.#waiting.push(node)
  }

  switch(on: boolean): void {
    this.#on = on
    if (on) for (const node of this.#waiting.splice(0)) this.#answer(node)
  }

  #answer(node: BinaryNode): void {
    const { id = '', to } = node.attrs
    const rmr = child(node, 'rmr')
    const file = this.#filesOf(id).find(each => asksFor(node, id, retryKey(each.mediaKey)))
    if (to !== this.#world.account.pn || rmr?.attrs['jid'] === undefined || !file) {
      this.#world.record.surprise(`A wrong request to put up the file of "${id}" again`)
      return
    }
    const path = this.#world.media.putAgain(file.directPath)
    const { SUCCESS, NOT_FOUND } = proto.MediaRetryNotification.ResultType
    const answer = proto.MediaRetryNotification.encode({
      stanzaId: id,
      result: path === undefined ? NOT_FOUND : SUCCESS,
      ...(path !== undefined && { directPath: path }),
    }).finish()
    const attrs = { from: this.#world.account.pn, id, type: 'mediaretry', t: String(unixSeconds()) }
    this.#world.companion?.queue.push(
      el('notification', attrs, [sealed(answer, id, retryKey(file.mediaKey)), el('rmr', rmr.attrs)]),
    )
  }

  #filesOf(id: string): File[] {
    const message = this.#world.transcript.find(line => line.id === id)?.message
    return message ? filesIn(readMessage(message)) : []
  }
}

/** All files in a message, whatever it is wrapped in. */
const filesIn = (value: unknown): File[] => {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return []
  const within = Object.values(value).flatMap(filesIn)
  return isFile(value) ? [value, ...within] : within
}

const isFile = (value: object): value is File =>
  'mediaKey' in value && value.mediaKey instanceof Uint8Array && 'directPath' in value

const retryKey = (mediaKey: Uint8Array): Buffer =>
  Buffer.from(hkdfSync('sha256', mediaKey, '', 'WhatsApp Media Retry Notification', 32))

const asksFor = (node: BinaryNode, id: string, key: Buffer): boolean => {
  try {
    const box = child(node, 'encrypt')
    const ciphertext = bytes(box && child(box, 'enc_p'))
    const decipher = createDecipheriv('aes-256-gcm', key, bytes(box && child(box, 'enc_iv')))
    decipher.setAAD(Buffer.from(id)).setAuthTag(ciphertext.subarray(-16))
    const plain = Buffer.concat([decipher.update(ciphertext.subarray(0, -16)), decipher.final()])
    return proto.ServerErrorReceipt.decode(plain).stanzaId === id
  } catch {
    return false
  }
}

const sealed = (plain: Uint8Array, id: string, key: Buffer): BinaryNode => {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(id))
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  return el('encrypt', {}, [el('enc_p', {}, ciphertext), el('enc_iv', {}, iv)])
}
