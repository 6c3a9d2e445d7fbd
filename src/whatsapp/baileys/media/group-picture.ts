import { reject } from '../../../bridge/verdict.ts'
import { refusedQuery } from '../errors.ts'
import { childOf } from '../node.ts'
import type { Query } from './hosts.ts'
import type { MediaSource } from './source.ts'

/** The picture of a group, as a notice names it. */
export type Picture = NonNullable<MediaSource['picture']>

/** WhatsApp makes them 640 pixels wide; this is many times as much. */
export const largestPicture = 5 * 1024 * 1024

/** The `source` of a group's picture: where it lies is asked for when it is shown. */
export const pictureSource = (picture: Picture): string => {
  const source: MediaSource = { keys: 'Image', picture }
  return JSON.stringify(source)
}

/**
 * Where the picture of a group lies (lib/Socket/chats.js, `profilePictureUrl`, which drops the id); undefined where WhatsApp cannot be
 * asked now. Throws `DeliveryError`: there is none, the group has another one by now, or WhatsApp does not say.
 */
export const findPicture = async ({ group, id }: Picture, query: Query): Promise<string | undefined> => {
  const answer = await query({
    tag: 'iq',
    attrs: { target: group, to: 's.whatsapp.net', type: 'get', xmlns: 'w:profile:picture' },
    content: [{ tag: 'picture', attrs: { type: 'image', query: 'url' } }],
  }).catch((error: unknown) => {
    const silence = 'WhatsApp did not say where the picture is'
    throw refusedQuery(error, { no: () => 'WhatsApp does not show the picture', silence })
  })
  if (answer === undefined) return undefined
  const { url, id: current } = childOf(answer, 'picture')?.attrs ?? {}
  if (url === undefined) throw reject('The group has no picture any more')
  if (id !== undefined && current !== undefined && current !== id)
    throw reject('The group has another picture by now')
  return url
}
