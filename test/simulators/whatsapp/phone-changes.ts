import { createHash } from 'node:crypto'
import { proto } from '@whiskeysockets/baileys'
import type { Group } from './group.ts'
import { showMessage } from './phone-view.ts'
import { optionsOf, pollOf } from './polls.ts'
import { openAs } from './sealing.ts'
import type { Transmission, World } from './world.ts'

/** A message that changes another one, as it came to a phone from the account of the bridge. */
export interface IncomingChange {
  id: string
  message: proto.IMessage
  /** The address that it was sent to. */
  chat: string
  group?: Group
  /** Attributes of the stanza and of its `<meta>`. */
  edit?: string | undefined
  meta: Readonly<Record<string, string>>
}

/** One change that phones have carried out, or why they have not. */
export interface AppliedChange {
  id: string
  kind: string
  /** How often it came, over all phones and retries. */
  copies: number
  /** Why phones ignore it. */
  ignored?: string
}

const { Type } = proto.Message.ProtocolMessage
const MINUTE = 60_000
/** Phones let others change a message for so long, and delete it. */
const EDITABLE = 15 * MINUTE
const DELETABLE = 48 * 60 * MINUTE

const KINDS = {
  protocolMessage: 'protocol',
  reactionMessage: 'reaction',
  encReactionMessage: 'reaction',
  pollUpdateMessage: 'vote',
  encEventResponseMessage: 'answer',
  pinInChatMessage: 'pin',
  secretEncryptedMessage: 'edit',
} as const

/** The kind of change that a message is; undefined for a message of its own. */
export function changeKind(message: proto.IMessage): string | undefined {
  const { type } = message.protocolMessage ?? {}
  if (type === Type.REVOKE) return 'deletion'
  if (type === Type.MESSAGE_EDIT) return 'edit'
  const field = (Object.keys(KINDS) as (keyof typeof KINDS)[]).find(name => message[name])
  return field && KINDS[field]
}

/**
 * Carries out changes as phones do: each looks up the message by the key it is given, checks who may do that and until
 * when, opens what is sealed, and drops in silence what does not fit. Here that silence is a surprise.
 */
export class PhoneChanges {
  readonly applied: AppliedChange[] = []
  readonly #world: World
  /** Milliseconds since 1970. */
  readonly #times = new Map<string, number>()

  constructor(world: World) {
    this.#world = world
  }

  async apply(change: IncomingChange): Promise<void> {
    const known = this.applied.find(({ id }) => id === change.id)
    if (known) {
      known.copies += 1
      return
    }
    const kind = changeKind(change.message) ?? 'message'
    const entry: AppliedChange = { id: change.id, kind, copies: 1 }
    this.applied.push(entry)
    try {
      checkStanza(kind, change)
      await this.#carryOut(kind, change)
    } catch (error) {
      entry.ignored = error instanceof Error ? error.message : String(error)
      this.#world.record.surprise(`Phones ignore the ${kind} "${change.id}": ${entry.ignored}`)
    }
  }

  async #carryOut(kind: string, change: IncomingChange): Promise<void> {
    const { message } = change
    switch (kind) {
      case 'edit':
        return this.#edit(change)
      case 'deletion':
        return this.#delete(change)
      case 'reaction':
        return this.#react(change)
      case 'vote':
        return this.#vote(change)
      case 'answer':
        return this.#answer(change)
      case 'pin': {
        const pin = message.pinInChatMessage ?? {}
        const seconds = message.messageContextInfo?.messageAddOnDurationInSecs ?? 0
        if (pin.type === 1 && ![86_400, 604_800, 2_592_000].includes(seconds))
          throw new Error(`nobody pins for ${seconds} seconds`)
        const line = this.#find(pin.key, change)
        this.#inTime('pin', line, pin.senderTimestampMs)
        line.pinned = pin.type === 1 ? seconds : 0
        return
      }
      default:
        throw new Error('phones know no such change')
    }
  }

  async #edit(change: IncomingChange): Promise<void> {
    const { secretEncryptedMessage: sealed, protocolMessage: plain } = change.message
    if (!sealed && change.group?.community) throw new Error('in an announcement group edits are sealed')
    const line = this.#find(sealed?.targetMessageKey ?? plain?.key, change)
    const edit = sealed
      ? proto.Message.decode(this.#unseal(line, sealed, 'Message Edit', change)).protocolMessage
      : plain
    if (edit?.type !== Type.MESSAGE_EDIT || edit.key?.id !== line.id) throw new Error('it is no edit of that')
    const { lid } = this.#world.account
    if (line.author !== lid) throw new Error('it is an edit of what somebody else wrote')
    if ((this.#world.seconds() - line.timestamp) * 1000 > EDITABLE)
      throw new Error('it comes after 15 minutes')
    if (Number(edit.timestampMs ?? 0) <= (line.editedAt ?? 0))
      throw new Error('it is older than another edit')
    const after = edit.editedMessage ?? {}
    const [before, now] = [contentOf(line.message), contentOf(after)]
    if (before.kind !== now.kind) throw new Error(`a "${before.kind}" does not become a "${now.kind}"`)
    if (before.file !== now.file) throw new Error('the file is another one')
    const shown = await showMessage(after, this.#world.media)
    if (shown.kind === 'broken') throw new Error(`a phone cannot show it: ${shown.problem}`)
    line.edited = after
    line.editedAt = Number(edit.timestampMs)
    line.shown = { ...shown, ...(line.shown?.quote && { quote: line.shown.quote }) }
  }

  #delete(change: IncomingChange): void {
    const line = this.#find(change.message.protocolMessage?.key, change)
    const isOwn = line.author === this.#world.account.lid
    if (!isOwn && !change.group?.isAdmin('me')) throw new Error('only its author and administrators may')
    if ((this.#world.seconds() - line.timestamp) * 1000 > DELETABLE)
      throw new Error('it comes after two days')
    line.deleted = true
  }

  #react(change: IncomingChange): void {
    const { reactionMessage: plain, encReactionMessage: sealed } = change.message
    if (!sealed && change.group?.community) throw new Error('in an announcement group reactions are sealed')
    const line = this.#find(sealed?.targetMessageKey ?? plain?.key, change)
    const reaction = sealed
      ? proto.Message.ReactionMessage.decode(this.#unseal(line, sealed, 'Enc Reaction', change))
      : plain
    if (reaction?.text == null || !Number(reaction.senderTimestampMs))
      throw new Error('text and time belong to it')
    if ([...new Intl.Segmenter().segment(reaction.text)].length > 1)
      throw new Error('it is more than one emoji')
    this.#inTime('reaction', line, reaction.senderTimestampMs)
    line.reactions = { ...line.reactions, [this.#world.account.lid]: reaction.text }
  }

  #vote(change: IncomingChange): void {
    const { pollCreationMessageKey, vote, senderTimestampMs } = change.message.pollUpdateMessage ?? {}
    const line = this.#find(pollCreationMessageKey, change)
    const poll = pollOf(line)
    if (!poll) throw new Error('it is no poll')
    if (!Number(senderTimestampMs)) throw new Error('it has no time')
    const plain = this.#unseal(line, vote ?? {}, 'Poll Vote', change)
    const { selectedOptions = [] } = proto.Message.PollVoteMessage.decode(plain)
    const options = optionsOf(line)
    const names = selectedOptions.map(hash => {
      const found = options.find(option => sha256(option).equals(hash))
      if (found === undefined) throw new Error('there is no option with that hash')
      return found
    })
    const most = poll.selectableOptionsCount || options.length
    if (names.length > most) throw new Error(`only ${most} may be chosen`)
    this.#inTime('vote', line, senderTimestampMs)
    line.votes = { ...line.votes, [this.#world.account.lid]: names }
  }

  #answer(change: IncomingChange): void {
    const sealed = change.message.encEventResponseMessage ?? {}
    const line = this.#find(sealed.eventCreationMessageKey, change)
    if (!line.message.eventMessage) throw new Error('it is no event')
    const plain = this.#unseal(line, sealed, 'Event Response', change)
    const { response, timestampMs } = proto.Message.EventResponseMessage.decode(plain)
    if (!Number(timestampMs)) throw new Error('it has no time')
    this.#inTime('answer', line, timestampMs)
    const name = proto.Message.EventResponseMessage.EventResponseType[response ?? 0] ?? ''
    line.votes = { ...line.votes, [this.#world.account.lid]: [name] }
  }

  /** Of two changes of one kind the later one holds, by the times that they bear. */
  #inTime(kind: string, line: Transmission, time: unknown): void {
    const key = `${kind} ${line.chat} ${line.id}`
    if (Number(time) < (this.#times.get(key) ?? 0)) throw new Error(`it is older than another ${kind}`)
    this.#times.set(key, Number(time))
  }

  /** A key is written in the frame of its sender: `fromMe` is the bridge's account. */
  #find(key: proto.IMessageKey | null | undefined, { chat, group }: IncomingChange): Transmission {
    const { account } = this.#world
    if (!key?.id) throw new Error('there is no key')
    if (key.remoteJid !== chat) throw new Error(`the key is of "${key.remoteJid}", not of "${chat}"`)
    const room = group?.jid ?? this.#world.findContact(chat)?.lid ?? account.lid
    const line = this.#world.transcript.find(each => each.chat === room && each.id === key.id)
    if (!line) throw new Error(`there is no message "${key.id}"`)
    if (line.deleted) throw new Error('that message is deleted')
    const isOwn = line.author === account.lid
    if ((key.fromMe ?? false) !== isOwn) throw new Error('the key is wrong about who wrote it')
    if (isOwn || !group) {
      if (key.participant) throw new Error('such a key names no participant')
      return line
    }
    const author = this.#world.findContact(line.author)
    const address = author && group.addressOf(author)
    if (key.participant !== address) throw new Error(`the key names "${key.participant}", not "${address}"`)
    return line
  }

  /** Phones try both addresses of each: nothing says which one was used. */
  #unseal(
    line: Transmission,
    sealed: { encPayload?: Uint8Array | null; encIv?: Uint8Array | null },
    purpose: string,
    { group }: IncomingChange,
  ): Buffer {
    const secret = line.message.messageContextInfo?.messageSecret
    if (secret?.length !== 32) throw new Error('the message has no secret')
    const { account } = this.#world
    const writer = line.author === account.lid ? account : this.#world.findContact(line.author)
    for (const author of [writer?.lid, writer?.pn]) {
      for (const sender of group ? [group.addressOf(account)] : [account.lid, account.pn]) {
        try {
          return openAs(sealed, { secret, id: line.id, author: author ?? '', sender, purpose })
        } catch {}
      }
    }
    throw new Error('it cannot be opened')
  }
}

/**
 * What servers and phones see of a change without opening it. Without the attribute clients do not apply it, also where
 * it is sent again (whatsapp-rust, wacore/src/send, `prepare_group_retry_stanza`).
 */
function checkStanza(kind: string, { message, edit, meta }: IncomingChange): void {
  const expected = {
    edit: '1',
    deletion: message.protocolMessage?.key?.fromMe ? '7' : '8',
    pin: '2',
    reaction: message.reactionMessage?.text === '' ? '7' : undefined,
  }[kind]
  if (edit !== expected) throw new Error(`the attribute "edit" is "${edit}", not "${expected}"`)
  if (kind === 'vote' && meta['polltype'] !== 'vote') throw new Error('it is not marked as a vote')
  if (kind === 'answer' && meta['event_type'] !== 'response') throw new Error('it is not marked as an answer')
}

function contentOf(outer: proto.IMessage): { kind: string; file: string } {
  const message = outer.documentWithCaptionMessage?.message ?? outer
  const { imageMessage, videoMessage, documentMessage } = message
  const media = imageMessage ?? videoMessage ?? documentMessage
  const kind = imageMessage ? 'image' : videoMessage ? 'video' : documentMessage ? 'document' : 'text'
  const isText = message.conversation != null || message.extendedTextMessage != null
  if (!media && !isText) throw new Error('it has neither text nor caption')
  return { kind, file: Buffer.from(media?.mediaKey ?? []).toString('hex') }
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
