import { ELSEWHERE } from '../../telegram/cases/elsewhere.ts'
import { CASES, type Case, type CaseLink, type Expected } from '../../whatsapp/cases/case.ts'
import { reasonOf } from '../../whatsapp/cases/elsewhere.ts'

/** A message that somebody sends, and what is to be seen of it in Telegram. */
export interface Specimen {
  readonly id: string
  /** A `proto.Message` with its bytes as base64. */
  readonly input: Record<string, unknown>
  readonly expect: Pick<Expected, 'method' | 'acceptAlso' | 'textIncludes'>
  /** The chat that it comes from; without one, Alice's. */
  readonly chat: string
  /** Who wrote it in a group. */
  readonly author?: string
  readonly fromMe: boolean
  /** Messages that it is about. */
  readonly links: readonly CaseLink[]
  /** What comes before it, under ids that it names. */
  readonly preceding: NonNullable<Case['context']['preceding']>
  readonly media?: Case['context']['media']
}

const ALICE = '900000000000002@lid'

/** Why a case is not sent over the wire: what it is about is not what somebody writes. */
const kept: readonly (readonly [why: string, is: (which: Case) => boolean])[] = [
  [
    'it is not carried for another reason: test/telegram/cases/elsewhere.ts',
    ({ id }) => reasonOf(ELSEWHERE, id) !== undefined,
  ],
  ['there is nothing in it', ({ input }) => Object.keys(input).every(key => key === 'messageContextInfo')],
  [
    'it is opened with a secret of a message: test/e2e/sealed.test.ts',
    ({ context }) => context.secrets !== undefined,
  ],
  [
    'Telegram refuses: test/telegram/content-cases.test.ts',
    ({ context }) => context.telegramAnswers !== undefined,
  ],
  [
    'the file is bad: test/telegram/content-cases.test.ts',
    ({ context }) => (context.media?.behaviour ?? 'ok') !== 'ok',
  ],
  [
    'something was there before: test/telegram/content-cases.test.ts',
    ({ id, context: { reactions, tombstones, sentByBridge, links = [] } }) =>
      (reactions ?? tombstones ?? sentByBridge) !== undefined ||
      id === 'wa-dup' ||
      links.some(({ state }) => state === 'pending'),
  ],
  [
    'its sender has a name of their own: test/telegram/content-cases.test.ts',
    ({ context: { pushName = 'Alice' } }) => !['Alice', 'Bob', 'Me'].includes(pushName),
  ],
  [
    'it comes over a list of many, or from WhatsApp itself: test/telegram/content-cases.test.ts',
    ({ context: { key } }) => /^\d+@broadcast$|^0@/.test(key.remoteJid ?? ''),
  ],
  [
    'it waits for more of its album: test/bridge/album.test.ts',
    ({ id, context }) => /^wa-album-(parent|incomplete)$/.test(id) || context.following !== undefined,
  ],
]

export const whyKept = (which: Case): string | undefined => kept.find(([, is]) => is(which))?.[0]

const fromCase = (which: Case): Specimen => {
  const { id, context, expect } = which
  const { key, links = [], preceding = [], media } = context
  // Cases share ids; here they share a world.
  const own = (json: unknown) =>
    JSON.parse(JSON.stringify(json).replaceAll(/"(3[AE][0-9A-F]{18}|NEVER)"/g, `"$1-${id}"`))
  return {
    id,
    input: own(which.input),
    links: own(links),
    expect,
    // What only a channel says she may say as well.
    chat: key.remoteJid?.endsWith('@newsletter') ? ALICE : (key.remoteJid ?? ALICE),
    fromMe: key.fromMe === true,
    preceding: own(preceding),
    ...(key.participant && { author: key.participant }),
    ...(media && { media }),
  }
}

const about = { key: { remoteJid: ALICE, fromMe: true, id: 'ABOUT' } }
const text = (words: string) => ({ message: { conversation: words } })

/** What no case brings: fields of a message, and the words that are to be seen of each; none where nothing is. */
const more: Readonly<Record<string, readonly [value: unknown, words: string | undefined]>> = {
  viewOnceMessageV2: [text('seen once'), 'seen once'],
  groupMentionedMessage: [text('to all of the group'), 'to all of the group'],
  lottieStickerMessage: [text('drawn'), 'drawn'],
  eventCoverImage: [text('the cover'), 'the cover'],
  pollCreationOptionImageMessage: [text('an option'), 'an option'],
  statusAddYours: [text('add yours'), 'add yours'],
  limitSharingMessage: [text('not to be shared'), 'not to be shared'],
  questionReplyMessage: [text('a reply'), 'a reply'],
  commentMessage: [{ ...text('a comment'), targetMessageKey: about.key }, 'a comment'],
  encCommentMessage: [{ targetMessageKey: about.key, encPayload: 'AAAA', encIv: 'AAAA' }, ''],
  pollCreationMessageV3: [
    { name: 'Where?', options: [{ optionName: 'Here' }, { optionName: 'There' }] },
    'Where?',
  ],
  pollCreationMessageV5: [
    { name: 'When?', options: [{ optionName: 'Now' }, { optionName: 'Then' }] },
    'When?',
  ],
  invoiceMessage: [{ note: 'for the roof' }, 'for the roof'],
  chat: [{ displayName: 'Choir' }, 'Choir'],
  richResponseMessage: [
    { submessages: [{ messageText: 'an answer of a machine' }] },
    'an answer of a machine',
  ],
  keepInChatMessage: [{ ...about, keepType: 1 }, undefined],
  messageHistoryNotice: [{ messageHistoryMetadata: { messageCount: 7 } }, '7 earlier messages'],
  statusStickerInteractionMessage: [about, 'sticker'],
  questionResponseMessage: [{ ...about, text: 'forty-two' }, 'forty-two'],
}

const fromField = ([field, [value, words]]: (typeof pairs)[number]): Specimen => ({
  id: field,
  input: { [field]: value },
  expect: words === undefined ? { method: 'none' } : { method: 'sendMessage', textIncludes: [words] },
  chat: ALICE,
  fromMe: false,
  links: [],
  preceding: [],
})

const pairs = Object.entries(more)

export const SPECIMENS: readonly Specimen[] = [
  ...CASES.filter(which => which.direction === 'wa2tg' && whyKept(which) === undefined).map(fromCase),
  ...pairs.map(fromField),
]
