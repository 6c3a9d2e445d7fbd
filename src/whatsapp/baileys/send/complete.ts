import { proto } from '@whiskeysockets/baileys'
import type { Delivery } from '../../../bridge/network.ts'
import type { Query } from '../media-hosts.ts'
import { readFile } from '../read-file.ts'
import type { Secrets } from '../secrets.ts'
import type { Uploader } from '../upload.ts'
import { extend, type Part } from './part.ts'

export interface CompleteTools {
  readonly secrets: Secrets
  readonly upload: Uploader
  readonly query: Query
}

const { MEDIA_ALBUM } = proto.MessageAssociation.AssociationType

/**
 * Finds out what a message lacks: uploads its file, gives it its secret, names the album that it is an item of. Throws
 * `DeliveryError`.
 */
export const complete = async (
  part: Part,
  {
    id,
    album,
    delivery,
    tools,
  }: { id: string; album: proto.IMessageKey | undefined; delivery: Delivery; tools: CompleteTools },
): Promise<proto.IMessage> => {
  const { secrets, upload, query } = tools
  const { file } = part
  const uploaded =
    file &&
    (await upload({
      kind: file.kind,
      name: file.media.source,
      open: signal => readFile(file.media, { delivery, signal }),
      messageId: id,
      query,
      signal: delivery.signal,
    }))
  const message = extend(part.message, { ...uploaded })
  const isOfAlbum = message.imageMessage != null || message.videoMessage != null
  return {
    ...(part.wrapper === undefined ? message : { [part.wrapper]: { message } }),
    // Others need it to encrypt what they add to this message: edits, votes, comments.
    messageContextInfo: {
      messageSecret: secrets.derive(id, 'message'),
      ...(album &&
        isOfAlbum && { messageAssociation: { associationType: MEDIA_ALBUM, parentMessageKey: album } }),
    },
  }
}
