import { addAbortSignal } from 'node:stream'
import type { Media } from '../../../bridge/event.ts'
import type { Delivery } from '../../../bridge/network.ts'
import { DeliveryError, retry } from '../../../bridge/verdict.ts'

/** Reads a file of an event from its beginning. Throws `DeliveryError`; the signal closes it, whoever is waiting. */
export async function* readFile(
  media: Media,
  { delivery, signal }: { delivery: Pick<Delivery, 'openMedia'>; signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  const stream = await delivery.openMedia(media)
  // An error after the reader has gone has nobody to go to and would end the process.
  stream.on('error', () => undefined)
  try {
    addAbortSignal(signal, stream)
    for await (const chunk of stream) yield chunk
  } catch (error) {
    throw error instanceof DeliveryError ? error : retry('The file could not be read to its end', error)
  } finally {
    stream.destroy()
  }
}
