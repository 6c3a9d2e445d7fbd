import type { GroupMetadata, proto } from '@whiskeysockets/baileys'
import type { Content, ContentOf } from '../../../bridge/content.ts'
import type { Delivery } from '../../../bridge/network.ts'
import { plainText } from '../../../bridge/rich-text.ts'
import { reject } from '../../../bridge/verdict.ts'
import { jidOfChat } from '../../address.ts'
import type { Member } from '../../mentions.ts'
import { Scene } from '../change/scene.ts'
import type { Me } from '../me.ts'
import { renderAlbum } from './album.ts'
import { renderForward, renderQuote } from './context.ts'
import { renderMedia } from './media.ts'
import { extend, type Part, type RenderOptions } from './part.ts'
import { renderContacts, renderLocation } from './places.ts'
import { renderPoll } from './poll.ts'
import { renderText } from './text.ts'

/**
 * The messages that an event becomes, in order; what it answers is quoted in the first. A pure function of the event, so
 * that an attempt cut off in the middle goes on with the right one. Throws `DeliveryError` where it cannot cross.
 */
export const renderMessage = (
  delivery: Delivery,
  {
    me,
    jid = jidOfChat(delivery.chat),
    group,
    members = [],
    timer = {},
  }: {
    me: Me
    jid?: string
    group?: GroupMetadata | undefined
    members?: readonly Member[]
    timer?: proto.IContextInfo
  },
): Part[] => {
  const scene = new Scene(jid, me, group)
  const { event, senderLine } = delivery
  const parts = renderContent(event.content, {
    members,
    ...(senderLine !== undefined && { senderLine }),
  })
  return parts.map((part, index) => {
    const contextInfo = {
      ...timer,
      ...renderForward(event),
      // Where an album is not shown as one, its announcement is not shown at all.
      ...((index === 0 || parts[index - 1]?.announces) && renderQuote(delivery, scene)),
      ...(part.mentions?.length && { mentionedJid: [...part.mentions] }),
    }
    return Object.keys(contextInfo).length === 0
      ? part
      : { ...part, message: extend(part.message, { contextInfo }) }
  })
}

const renderContent = (content: Content, options: RenderOptions): Part[] => {
  const render = renderers[content.kind] as (content: Content, options: RenderOptions) => Part[]
  return render(content, options)
}

type Renderers = {
  readonly [Kind in Content['kind']]: (content: ContentOf<Kind>, options: RenderOptions) => Part[]
}

const notYet = ({ kind }: Content): never => {
  throw reject(`A message of the kind "${kind}" cannot be sent to WhatsApp yet`)
}

const renderers: Renderers = {
  text: ({ body, previewUrl }, options) => renderText(body, options, previewUrl),
  media: renderMedia,
  location: renderLocation,
  contacts: renderContacts,
  album: renderAlbum,
  poll: renderPoll,
  appointment: notYet,
  card: notYet,
  joined: notYet,
  placeholder: ({ label }, options) => renderText(plainText(label), options),
  notice: ({ text }, options) => renderText(plainText(text), options),
}
