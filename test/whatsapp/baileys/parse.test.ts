import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { proto, type WAMessage, type WAMessageKey } from '@whiskeysockets/baileys'
import { eventSchema, isMessage, type MessageEvent } from '../../../src/bridge/event.ts'
import { FIELDS } from '../../../src/whatsapp/baileys/parse/fields.ts'
import { SILENT_PROTOCOL } from '../../../src/whatsapp/baileys/parse/protocol.ts'
import { WRAPPERS } from '../../../src/whatsapp/baileys/parse/unwrap.ts'
import { type ParseContext, parseMessage } from '../../../src/whatsapp/baileys/parse.ts'

const ALICE = '900000000000002@lid'
const BOB = '900000000000003@lid'
const GROUP = '120363000000000001@g.us'

const context: ParseContext = {
  me: { pn: '15550000001:7@s.whatsapp.net', lid: '900000000000001:7@lid' },
  lidOf: address => (address === '15550000003@s.whatsapp.net' ? BOB : undefined),
  nameOf: address => (address === ALICE ? 'Alice' : undefined),
}

/** As it comes over the wire: encoded and decoded once. */
const web = (message: proto.IMessage, key: WAMessageKey = {}, more: Partial<WAMessage> = {}): WAMessage => ({
  key: { remoteJid: ALICE, remoteJidAlt: '15550000002@s.whatsapp.net', fromMe: false, id: 'M1', ...key },
  messageTimestamp: 1_790_000_000,
  pushName: 'Alice',
  message: proto.Message.decode(proto.Message.encode(message).finish()),
  ...more,
})

const eventOf = (...parameters: Parameters<typeof web>): MessageEvent => {
  const { arrivals, ignored } = parseMessage(web(...parameters), context)
  assert.equal(arrivals.length, 1, ignored ?? 'several events')
  const event = arrivals[0]?.event
  assert.ok(event)
  const parsed = eventSchema.parse(event)
  assert.ok(isMessage(parsed))
  return parsed
}

const labelOf = (message: proto.IMessage): string => {
  const { content } = eventOf(message)
  assert.ok(content.kind === 'placeholder', content.kind)
  return content.label
}

const MEDIA = {
  directPath: '/v/t62/1.enc?oh=1',
  mediaKey: Buffer.alloc(32, 1),
  fileLength: 1000,
  mimetype: 'image/jpeg',
}

describe('who and where', () => {
  test('a private message has its sender for a chat, and names both addresses of the person', () => {
    const { arrivals } = parseMessage(web({ conversation: 'hi' }), context)
    assert.deepEqual(arrivals[0]?.aliases, ['whatsapp:15550000002@s.whatsapp.net'])
    assert.deepEqual(arrivals[0]?.event, {
      version: 1,
      kind: 'message',
      chat: `whatsapp:${ALICE}`,
      id: 'M1',
      sender: { person: `whatsapp:${ALICE}`, me: false, name: 'Alice' },
      sentAt: 1_790_000_000_000,
      content: { kind: 'text', body: { text: 'hi', spans: [] } },
    })
  })

  test('one person is one chat, whichever address the message came under', () => {
    const chats = [
      { remoteJid: ALICE },
      { remoteJid: '900000000000002:3@lid' },
      { remoteJid: '15550000002@s.whatsapp.net', remoteJidAlt: ALICE },
      { remoteJid: '15550000002:9@s.whatsapp.net', remoteJidAlt: ALICE },
      { remoteJid: '900000000000002@hosted.lid' },
    ].map(key => eventOf({ conversation: 'hi' }, key).chat)
    assert.deepEqual(new Set(chats), new Set([`whatsapp:${ALICE}`]))
    const known = eventOf(
      { conversation: 'hi' },
      { remoteJid: '15550000003@s.whatsapp.net', remoteJidAlt: '' },
    )
    assert.equal(known.chat, `whatsapp:${BOB}`)
  })

  test('a message of a group stands in the group and has its author', () => {
    const event = eventOf({ conversation: 'hi' }, { remoteJid: GROUP, participant: '900000000000003:2@lid' })
    assert.equal(event.chat, `whatsapp:${GROUP}`)
    assert.equal(event.sender.person, `whatsapp:${BOB}`)
  })

  test('what the owner typed on the phone is theirs, silent, and never learns a wrong address', () => {
    const key = { fromMe: true, remoteJidAlt: '15550000001@s.whatsapp.net' }
    const { arrivals } = parseMessage(web({ conversation: 'hi' }, key), context)
    const [arrival] = arrivals
    assert.equal(arrival?.event.chat, `whatsapp:${ALICE}`)
    assert.deepEqual(arrival?.event.sender, {
      person: 'whatsapp:900000000000001@lid',
      me: true,
      name: 'Alice',
    })
    assert.equal(arrival?.event.silent, true)
    assert.equal(arrival?.aliases, undefined)
  })

  test('a message through a broadcast list stands in the private chat of its sender', () => {
    const event = eventOf({ conversation: 'hi' }, { remoteJid: '1781870949@broadcast', participant: ALICE })
    assert.equal(event.chat, `whatsapp:${ALICE}`)
  })

  test('a name on several lines and with hidden characters becomes plain', () => {
    const { sender } = eventOf({ conversation: 'x' }, {}, { pushName: 'A\u202egro\n\nl\u200bice ' })
    assert.equal(sender.name, 'Agro lice')
  })
})

describe('text', () => {
  test('formatting and mentions are read', () => {
    const { content } = eventOf({
      extendedTextMessage: {
        text: '*hi* @900000000000002',
        matchedText: 'https://x.test/',
        contextInfo: { mentionedJid: [ALICE] },
      },
    })
    assert.deepEqual(content, {
      kind: 'text',
      body: {
        text: 'hi @Alice',
        spans: [
          { start: 0, length: 2, style: 'bold' },
          { start: 3, length: 6, style: 'mention', person: `whatsapp:${ALICE}` },
        ],
      },
      previewUrl: 'https://x.test/',
    })
  })

  test('a reply names the message, its author and a few of its words', () => {
    const { replyTo } = eventOf({
      extendedTextMessage: {
        text: 'yes',
        contextInfo: {
          stanzaId: 'Q1',
          participant: '15550000001@s.whatsapp.net',
          quotedMessage: { conversation: 'x'.repeat(300) },
        },
      },
    })
    assert.equal(replyTo?.id, 'Q1')
    assert.equal(replyTo?.person, 'whatsapp:900000000000001@lid')
    assert.equal(replyTo?.excerpt?.length, 200)
  })

  test('a reply with a picture is a reply, and a quoted picture has a word for an excerpt', () => {
    const { replyTo } = eventOf({
      imageMessage: { ...MEDIA, contextInfo: { stanzaId: 'Q1', quotedMessage: { imageMessage: MEDIA } } },
    })
    assert.deepEqual(replyTo, { id: 'Q1', excerpt: 'Photo' })
  })

  test('a forwarded message says so', () => {
    const message = { extendedTextMessage: { text: 'x', contextInfo: { isForwarded: true } } }
    assert.equal(eventOf(message).forwarded, true)
  })
})

describe('media', () => {
  const as = (message: proto.IMessage) => {
    const { content } = eventOf(message)
    return content.kind === 'media' ? content.as : content.kind
  }

  test('each kind is told apart', () => {
    assert.equal(as({ imageMessage: MEDIA }), 'image')
    assert.equal(as({ videoMessage: MEDIA }), 'video')
    assert.equal(as({ videoMessage: { ...MEDIA, gifPlayback: true } }), 'animation')
    assert.equal(as({ ptvMessage: MEDIA }), 'video-note')
    assert.equal(as({ audioMessage: { ...MEDIA, ptt: true } }), 'voice')
    assert.equal(as({ audioMessage: MEDIA }), 'audio')
    assert.equal(as({ documentMessage: MEDIA }), 'document')
    assert.equal(as({ documentWithCaptionMessage: { message: { documentMessage: MEDIA } } }), 'document')
    assert.equal(as({ stickerMessage: MEDIA }), 'sticker')
    assert.equal(as({ stickerMessage: { ...MEDIA, isLottie: true } }), 'placeholder')
  })

  test('what the sender claims comes along', () => {
    const { content } = eventOf({
      documentMessage: { ...MEDIA, fileName: 'a.pdf', caption: '*see*', jpegThumbnail: Buffer.of(1, 2) },
    })
    assert.ok(content.kind === 'media')
    const { source, ...media } = content.media
    assert.deepEqual(media, { mimeType: 'image/jpeg', fileName: 'a.pdf', size: 1000, thumbnail: 'AQI=' })
    assert.ok(source.includes('/v/t62/1.enc'))
    assert.deepEqual(content.caption, { text: 'see', spans: [{ start: 0, length: 3, style: 'bold' }] })
  })

  test('view once is marked, through every wrapper', () => {
    const { content } = eventOf({
      ephemeralMessage: { message: { viewOnceMessageV2: { message: { imageMessage: MEDIA } } } },
    })
    assert.ok(content.kind === 'media')
    assert.equal(content.media.viewOnce, true)
  })

  test('a picture without a way to get it keeps its caption', () => {
    assert.match(labelOf({ imageMessage: { caption: 'the cat' } }), /^Photo.*the cat$/)
  })

  test('the copies of an HD picture make no second message', () => {
    const child = {
      associatedChildMessage: { message: { imageMessage: MEDIA } },
      messageContextInfo: { messageAssociation: { associationType: 10, parentMessageKey: { id: 'P' } } },
    }
    assert.deepEqual(parseMessage(web(child), context).arrivals, [])
  })
})

describe('everything else', () => {
  test('locations and contacts are themselves', () => {
    const location = { degreesLatitude: 1, degreesLongitude: 2, name: 'Cafe', address: 'Street 1' }
    assert.deepEqual(eventOf({ locationMessage: location }).content, {
      kind: 'location',
      latitude: 1,
      longitude: 2,
      name: 'Cafe',
      address: 'Street 1',
    })
    assert.equal(
      labelOf({ locationMessage: { degreesLatitude: 123, degreesLongitude: 2 } }),
      'Location: 123, 2',
    )
    const vcard = 'BEGIN:VCARD\nFN:Jane\nitem1.TEL;waid=15551230000:+1 555\nTEL:+1 777\nEND:VCARD'
    assert.deepEqual(eventOf({ contactMessage: { displayName: 'Jane', vcard } }).content, {
      kind: 'contacts',
      contacts: [{ name: 'Jane', phones: ['+15551230000', '+1 777'], vcard }],
    })
  })

  test('a poll is a placeholder with its question and answers', () => {
    const poll = { name: 'Lunch?', options: [{ optionName: 'Pizza' }, { optionName: 'Sushi' }] }
    assert.equal(labelOf({ pollCreationMessageV3: poll }), 'Poll: Lunch?\n• Pizza\n• Sushi')
  })

  test('edits, deletions and reactions are remarks about their message', () => {
    const key = { remoteJid: ALICE, id: 'T1' }
    const Type = proto.Message.ProtocolMessage.Type
    const edit = { key, type: Type.MESSAGE_EDIT, editedMessage: { conversation: 'better' } }
    assert.equal(labelOf({ protocolMessage: edit }), '✏️ edited: better')
    assert.equal(labelOf({ protocolMessage: { key, type: Type.REVOKE } }), 'Deleted a message')
    assert.equal(labelOf({ reactionMessage: { key, text: '👍' } }), 'Reacted 👍')
    assert.deepEqual(eventOf({ reactionMessage: { key, text: '👍' } }).replyTo, { id: 'T1' })
  })

  test('a kind that this program has never heard of is announced', () => {
    assert.match(labelOf({}), /not supported/)
    const future = Buffer.from([0xfa, 0x07, 0x02, 0x08, 0x01])
    const message = { ...web({}), message: proto.Message.decode(future) }
    assert.match(JSON.stringify(parseMessage(message, context)), /not supported/)
  })

  test('key material alone is ignored, beside a text it is overlooked', () => {
    const key = { senderKeyDistributionMessage: { groupId: GROUP } }
    assert.deepEqual(parseMessage(web(key), context), { arrivals: [], ignored: 'key material' })
    assert.equal(eventOf({ ...key, conversation: 'hi' }).content.kind, 'text')
  })

  test('what the phone sends again is read as what it was, and from nobody else', () => {
    const bytes = proto.WebMessageInfo.encode({
      key: { remoteJid: ALICE, id: 'OLD', fromMe: false },
      message: { conversation: 'at last' },
    }).finish()
    const result = [{ placeholderMessageResendResponse: { webMessageInfoBytes: bytes } }]
    const protocolMessage = {
      type: proto.Message.ProtocolMessage.Type.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE,
      peerDataOperationRequestResponseMessage: { peerDataOperationResult: result },
    }
    assert.equal(eventOf({ protocolMessage }, { fromMe: true }).id, 'OLD')
    assert.deepEqual(parseMessage(web({ protocolMessage }), context).arrivals, [])
  })

  test('wrappers nested without end do not end the program', () => {
    let message: proto.IMessage = { conversation: 'deep' }
    for (let depth = 0; depth < 60; depth += 1) message = { ephemeralMessage: { message } }
    assert.equal(parseMessage(web(message), context).arrivals.length, 1)
  })
})

describe('the tables', () => {
  const fields = Object.entries(proto.Message.prototype)
    .filter(([, value]) => typeof value !== 'function')
    .map(([field]) => field)

  test('every field of a message that this Baileys knows has a decision', () => {
    assert.ok(fields.length >= 95)
    assert.deepEqual(
      fields.filter(field => !(field in FIELDS)),
      [],
    )
  })

  test('what is to be unwrapped is unwrapped, and nothing else', () => {
    const unwrapped = Object.entries(FIELDS).flatMap(([field, decision]) =>
      decision.do === 'unwrap' ? [field] : [],
    )
    assert.deepEqual(unwrapped.sort(), [...WRAPPERS].sort())
  })

  test('every field makes an event, or is ignored for a reason', () => {
    for (const field of fields) {
      const value = field === 'conversation' ? 'text' : {}
      const { arrivals, ignored } = parseMessage(web({ [field]: value }), context)
      assert.ok(arrivals.length === 1 || (ignored ?? '').length > 3, field)
      for (const { event } of arrivals) eventSchema.parse(event)
    }
  })

  test('every type of protocol message makes an event, or is ignored for a reason', () => {
    for (const type of Object.values(proto.Message.ProtocolMessage.Type)) {
      if (typeof type !== 'number') continue
      const message = web({ protocolMessage: { type, key: { id: 'T1' } } })
      const { arrivals, ignored } = parseMessage(message, context)
      assert.ok(arrivals.length === 1 || ignored === SILENT_PROTOCOL[type], String(type))
    }
  })
})
