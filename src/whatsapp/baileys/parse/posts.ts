import { type BinaryNode, proto, type WAMessage } from '@whiskeysockets/baileys'
import { isChannel } from '../../address.ts'
import { childOf } from '../node.ts'
import { decodeMessage } from './decode-message.ts'

const { Type } = proto.Message.ProtocolMessage

type Attrs = Readonly<Record<string, string>>

/** Values of `edit` (whatsmeow, types/message.go: `EditAttributeAdminEdit`, `EditAttributeAdminRevoke`). */
const EDITED = '3'
const TAKEN_BACK = '8'

/**
 * A channel changes a post by saying it again: the same `id`, the attribute `edit`, in the `<plaintext>` all of the new
 * post, or nothing where it is taken back, and in `<meta>` when it was changed (WhatsApp Web,
 * `WAWebNewsletterMsgParser`, `WASmaxInMessageDeliverNewsletterEditMixin` and `…RevokeMixin`; whatsmeow, send.go,
 * `sendNewsletter`). It is read here as what changes a message anywhere else.
 *
 * @param id of the post, also of that which changes it
 */
export const asPostChange = (
  { edit }: Attrs,
  id: string | undefined,
  message: proto.IMessage | null | undefined,
): proto.IMessage | undefined => {
  const key = { id: id ?? null }
  if (edit === TAKEN_BACK) return { protocolMessage: { type: Type.REVOKE, key } }
  if (edit !== EDITED || message == null) return undefined
  return { protocolMessage: { type: Type.MESSAGE_EDIT, key, editedMessage: message } }
}

/** The id of a change, which has that of its post on the wire. */
const idOfPostChange = ({ edit, t = '' }: Attrs, id: string, changedAt = t): string =>
  edit === EDITED || edit === TAKEN_BACK ? `${id}.${edit}.${changedAt}` : id

export const isPostChange = ({ from = '', edit }: Attrs): boolean =>
  isChannel(from) && (edit === EDITED || edit === TAKEN_BACK)

/** When a post was changed, in milliseconds since 1970 as the server wrote it. */
export const changedAtOf = (post: BinaryNode): string | undefined =>
  childOf(post, 'meta')?.attrs['msg_edit_t']

/** The head of a message of a channel, which may be a change of an earlier one. */
export const withIdOfChange = (web: WAMessage, attrs: Attrs, changedAt?: string): WAMessage =>
  isPostChange(attrs)
    ? { ...web, key: { ...web.key, id: idOfPostChange(attrs, attrs['id'] ?? '', changedAt) } }
    : web

/** The bytes in a part of a message. A post is taken back by a `<plaintext>` that has none. */
export const bytesIn = (message: BinaryNode, { tag, content }: BinaryNode): Uint8Array | undefined => {
  if (tag !== 'enc' && tag !== 'plaintext') return undefined
  if (content instanceof Uint8Array) return content
  return tag === 'plaintext' && isPostChange(message.attrs) ? new Uint8Array() : undefined
}

/** A post in a notification of a channel, as a message; `at` is when it was said, in seconds since 1970. */
export const readPost = ({ from = '' }: Attrs, post: BinaryNode) => {
  const { attrs } = post
  const child = { ...post, attrs: { ...attrs, from } }
  const plaintext = childOf(post, 'plaintext')
  const bytes = plaintext && bytesIn(child, plaintext)
  if (post.tag !== 'message' || bytes === undefined) return undefined
  const id = attrs['message_id'] ?? attrs['server_id'] ?? attrs['id']
  const at = attrs['t']
  const message = decodePost(bytes)
  return {
    message: asPostChange(attrs, id, message) ?? message,
    ...(id !== undefined && { id: idOfPostChange(attrs, id, changedAtOf(post)) }),
    ...(at !== undefined && { at }),
  }
}

/** What is no message is one of a kind that nobody knows. */
const decodePost = (bytes: Uint8Array): proto.IMessage => {
  try {
    return decodeMessage(bytes)
  } catch {
    return {}
  }
}
