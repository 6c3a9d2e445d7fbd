import { createHash, randomBytes } from 'node:crypto'
import { proto } from '@whiskeysockets/baileys'
import type { Contact } from './contact.ts'
import type { Group } from './group.ts'
import { addOption, encodeAddedOption, type Poll } from './polls.ts'
import { sealAs } from './sealing.ts'
import type { Transmission, World } from './world.ts'

/** Where something is done, and in which of its forms. */
export interface ActOptions {
  /** Default: the private chat. */
  to?: Group
  /** With the secret of the message it is about, as phones do with edits since May 2026 and in announcement groups. */
  sealed?: boolean
  /** Which addresses a sealed thing is sealed with; phones do not say. Default: those of the chat. */
  by?: 'lid' | 'pn'
}

/** Somebody with two addresses. */
interface Person {
  pn: string
  lid: string
}

type PollOptions = Pick<Poll, 'endTime' | 'hideParticipantName' | 'allowAddOption' | 'version'>

type Send = (message: proto.IMessage, to: Group | undefined) => Promise<string>

const { Type } = proto.Message.ProtocolMessage
const { SecretEncType } = proto.Message.SecretEncryptedMessage
/** `SecretEncType` and `AssociationType` of which Baileys' protobuf knows nothing (whatsmeow, WAWebProtobufsE2E.proto). */
const POLL_EDIT: number = 4
const POLL_ADD_OPTION: number = 5
const OPTION_OF_POLL: number = 20
const { EventResponseType } = proto.Message.EventResponseMessage

/** What a person does with messages, said as a phone says it: keys in its own frame, what is sealed sealed for real. */
export class Acts {
  readonly #world: World
  readonly #me: Contact | undefined
  readonly #peer: Contact | undefined
  readonly #send: Send

  /** Of a contact, or (without one) of the owner on the phone, in the chat with `peer`. */
  constructor(world: World, who: { me?: Contact; peer?: Contact; send: Send }) {
    this.#world = world
    this.#me = who.me
    this.#peer = who.peer
    this.#send = who.send
  }

  /** Puts a text in place of another, or a whole message (a caption, an event). Returns the id of the edit. */
  edit(id: string, content: proto.IMessage | string, options: ActOptions = {}): Promise<string> {
    const edited = typeof content === 'string' ? { conversation: content } : content
    const protocolMessage = {
      key: this.#keyOf(id, options),
      type: Type.MESSAGE_EDIT,
      editedMessage: edited,
      timestampMs: Date.now(),
    }
    if (!options.sealed) return this.#send({ protocolMessage }, options.to)
    const isEvent = edited.eventMessage != null
    const inner = isEvent ? edited : { protocolMessage }
    const secretEncryptedMessage = {
      targetMessageKey: this.#keyOf(id, options),
      secretEncType: isEvent ? SecretEncType.EVENT_EDIT : SecretEncType.MESSAGE_EDIT,
      ...this.#seal(
        id,
        proto.Message.encode(inner).finish(),
        isEvent ? 'Event Edit' : 'Message Edit',
        options,
      ),
    }
    return this.#send({ secretEncryptedMessage }, options.to)
  }

  /** Deletes a message for everyone: the own one, or as administrator of a group somebody else's. */
  revoke(id: string, options: ActOptions = {}): Promise<string> {
    return this.#send({ protocolMessage: { key: this.#keyOf(id, options), type: Type.REVOKE } }, options.to)
  }

  /** An empty emoji takes the reaction back. */
  react(id: string, emoji: string, options: ActOptions = {}): Promise<string> {
    const reaction = { text: emoji, senderTimestampMs: Date.now() }
    const key = this.#keyOf(id, options)
    if (!options.sealed) return this.#send({ reactionMessage: { ...reaction, key } }, options.to)
    const plain = proto.Message.ReactionMessage.encode(reaction).finish()
    const encReactionMessage = { targetMessageKey: key, ...this.#seal(id, plain, 'Enc Reaction', options) }
    return this.#send({ encReactionMessage }, options.to)
  }

  comment(id: string, text: string, options: ActOptions = {}): Promise<string> {
    const message = { conversation: text }
    const targetMessageKey = this.#keyOf(id, options)
    if (!options.sealed) return this.#send({ commentMessage: { message, targetMessageKey } }, options.to)
    const plain = proto.Message.encode(message).finish()
    return this.#send(
      { encCommentMessage: { targetMessageKey, ...this.#seal(id, plain, 'Enc Comment', options) } },
      options.to,
    )
  }

  /** `seconds` 0 unpins. */
  pin(
    id: string,
    { seconds = 604_800, ...options }: ActOptions & { seconds?: number } = {},
  ): Promise<string> {
    const { PIN_FOR_ALL, UNPIN_FOR_ALL } = proto.Message.PinInChatMessage.Type
    const message: proto.IMessage = {
      pinInChatMessage: {
        key: this.#keyOf(id, options),
        type: seconds > 0 ? PIN_FOR_ALL : UNPIN_FOR_ALL,
        senderTimestampMs: Date.now(),
      },
      messageContextInfo: { messageAddOnDurationInSecs: seconds },
    }
    return this.#send(message, options.to)
  }

  /** Keeps a disappearing message from disappearing, or (`undo`) lets it go after all. */
  keep(id: string, { undo = false, ...options }: ActOptions & { undo?: boolean } = {}): Promise<string> {
    const { KEEP_FOR_ALL, UNDO_KEEP_FOR_ALL } = proto.KeepType
    const keepType = undo ? UNDO_KEEP_FOR_ALL : KEEP_FOR_ALL
    const keepInChatMessage = { key: this.#keyOf(id, options), keepType, timestampMs: Date.now() }
    return this.#send({ keepInChatMessage }, options.to)
  }

  /** `choices` 0: any number of options. */
  poll(
    name: string,
    options: string[],
    { choices = 1, to, ...newer }: { choices?: number; to?: Group } & PollOptions = {},
  ): Promise<string> {
    const poll = {
      name,
      options: options.map(optionName => ({ optionName })),
      selectableOptionsCount: choices,
      ...newer,
    }
    const isOld = choices !== 1 && Object.keys(newer).length === 0
    return this.#send(isOld ? { pollCreationMessage: poll } : { pollCreationMessageV3: poll }, to)
  }

  /** Gives a poll another question (WhatsApp Web, `WAWebProcessEncryptedPollEditMsgs`). */
  editPoll(id: string, name: string, options: ActOptions = {}): Promise<string> {
    const key = this.#keyOf(id, options)
    const editedMessage = { pollCreationMessageV3: { name } }
    const protocolMessage = { key, type: Type.MESSAGE_EDIT, editedMessage, timestampMs: Date.now() }
    const plain = proto.Message.encode({ protocolMessage }).finish()
    const secretEncryptedMessage = {
      targetMessageKey: key,
      secretEncType: POLL_EDIT,
      ...this.#seal(id, plain, 'Poll Edit', options),
    }
    return this.#send({ secretEncryptedMessage }, options.to)
  }

  /** Adds an option to a poll, whether phones let the person do that or not (`WAWebProcessEncryptedPollAddOptionMsgs`). */
  addOption(id: string, option: string, options: ActOptions = {}): Promise<string> {
    const key = this.#keyOf(id, options)
    addOption(this.#find(id), option, this.#person.lid)
    const secretEncryptedMessage = {
      targetMessageKey: key,
      secretEncType: POLL_ADD_OPTION,
      ...this.#seal(id, encodeAddedOption(key, option), 'Poll Add Option', options),
    }
    const messageAssociation = { associationType: OPTION_OF_POLL, parentMessageKey: key }
    return this.#send({ secretEncryptedMessage, messageContextInfo: { messageAssociation } }, options.to)
  }

  /** All that the person chooses now; nothing takes the vote back. */
  vote(id: string, chosen: string[], options: ActOptions = {}): Promise<string> {
    const selectedOptions = chosen.map(option => createHash('sha256').update(option).digest())
    const plain = proto.Message.PollVoteMessage.encode({ selectedOptions }).finish()
    const pollUpdateMessage = {
      pollCreationMessageKey: this.#keyOf(id, options),
      vote: this.#seal(id, plain, 'Poll Vote', options),
      senderTimestampMs: Date.now(),
    }
    return this.#send({ pollUpdateMessage }, options.to)
  }

  /** Answers an invitation to an event. */
  answer(
    id: string,
    response: 'GOING' | 'NOT_GOING' | 'MAYBE',
    { guests = 0, ...options }: ActOptions & { guests?: number } = {},
  ): Promise<string> {
    const plain = proto.Message.EventResponseMessage.encode({
      response: EventResponseType[response],
      timestampMs: Date.now(),
      extraGuestCount: guests,
    }).finish()
    const encEventResponseMessage = {
      eventCreationMessageKey: this.#keyOf(id, options),
      ...this.#seal(id, plain, 'Event Response', options),
    }
    return this.#send({ encEventResponseMessage }, options.to)
  }

  /** An announcement and then its pictures and films, one after the other. Returns the ids. */
  async album(
    items: proto.IMessage[],
    { to }: { to?: Group } = {},
  ): Promise<{ id: string; items: string[] }> {
    const videos = items.filter(({ videoMessage }) => videoMessage != null).length
    const albumMessage = { expectedImageCount: items.length - videos, expectedVideoCount: videos }
    const id = await this.#send({ albumMessage }, to)
    const ids: string[] = []
    for (const [messageIndex, item] of items.entries())
      ids.push(await this.addToAlbum(id, item, { messageIndex, ...(to && { to }) }))
    return { id, items: ids }
  }

  /** One more picture or film of an album. */
  addToAlbum(
    album: string,
    item: proto.IMessage,
    { to, messageIndex = 0 }: { to?: Group; messageIndex?: number } = {},
  ): Promise<string> {
    const parentMessageKey = this.#keyOf(album, { ...(to && { to }) })
    const messageAssociation = { associationType: 1, parentMessageKey, messageIndex }
    return this.#send({ ...item, messageContextInfo: { messageAssociation } }, to)
  }

  /** The key of a message as this person's phone writes it. */
  #keyOf(id: string, { to }: ActOptions): proto.IMessageKey {
    const author = this.#authorOf(id)
    const isMine = author === this.#person
    if (to)
      return { remoteJid: to.jid, fromMe: isMine, id, ...(!isMine && { participant: to.addressOf(author) }) }
    const other = this.#me ? this.#world.account : (this.#peer ?? this.#world.account)
    return { remoteJid: this.#addressing === 'pn' ? other.pn : other.lid, fromMe: isMine, id }
  }

  #seal(id: string, plain: Uint8Array, purpose: string, { to, by }: ActOptions) {
    const secret = this.#find(id).message.messageContextInfo?.messageSecret
    if (!secret?.length) throw new Error(`"${id}" has no secret to seal with`)
    const form = by ?? to?.addressing ?? this.#addressing
    const address = ({ pn, lid }: Person): string => (form === 'lid' ? lid : pn)
    const [author, sender] = [address(this.#authorOf(id)), address(this.#person)]
    return sealAs(plain, { purpose, secret, id, author, sender })
  }

  get #person(): Person {
    return this.#me ?? this.#world.account
  }

  get #addressing(): 'lid' | 'pn' {
    return (this.#me ?? this.#peer)?.addressing ?? 'lid'
  }

  #find(id: string): Transmission {
    const found = this.#world.transcript.find(line => line.id === id)
    if (!found) throw new Error(`Nobody has sent "${id}"`)
    return found
  }

  #authorOf(id: string): Person {
    const { author } = this.#find(id)
    return this.#world.findContact(author) ?? this.#world.account
  }
}

/** Phones give a secret to whatever they send, for others to seal with. */
export function withSecret(message: proto.IMessage): proto.IMessage {
  const { messageContextInfo } = message
  if (messageContextInfo?.messageSecret || message.protocolMessage) return message
  return { ...message, messageContextInfo: { ...messageContextInfo, messageSecret: randomBytes(32) } }
}

/**
 * The attribute by which a stanza says that it changes a message: edit, deletion by its author or an administrator, pin; one's
 * own that is kept no more goes like a deletion (WhatsApp Web, `EDIT_ATTR`).
 */
export function editAttribute({
  protocolMessage,
  secretEncryptedMessage,
  pinInChatMessage,
  keepInChatMessage,
}: proto.IMessage): string | undefined {
  if (pinInChatMessage) return '2'
  if (keepInChatMessage?.keepType === proto.KeepType.UNDO_KEEP_FOR_ALL && keepInChatMessage.key?.fromMe)
    return '7'
  // Not of changed polls (whatsapp-rust, wacore/src/types/message.rs).
  const sealed = secretEncryptedMessage?.secretEncType ?? 0
  if (sealed === SecretEncType.EVENT_EDIT || sealed === SecretEncType.MESSAGE_EDIT) return '1'
  if (protocolMessage?.type === Type.MESSAGE_EDIT) return '1'
  if (protocolMessage?.type !== Type.REVOKE) return undefined
  return protocolMessage.key?.participant ? '8' : '7'
}
