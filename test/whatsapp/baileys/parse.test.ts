import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { proto } from '@whiskeysockets/baileys'
import { isMessage } from '../../../src/bridge/event.ts'
import { rawOf } from '../../../src/whatsapp/baileys/parse/context.ts'
import { messagesIn, parseMessage } from '../../../src/whatsapp/baileys/parse.ts'
import { ALICE, anyEventOf, BOB, context, eventOf, GROUP, labelOf, MEDIA, web } from './parsing.ts'

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
    assert.match(replyTo?.excerpt ?? '', /^You: x+…$/)
  })

  test('what is quoted is told with who said it: by name, by number, or as somebody', () => {
    const speakers = [ALICE, BOB, '900000000000009@lid'].map(participant => {
      const contextInfo = { stanzaId: 'Q1', participant, quotedMessage: { conversation: 'shall we?' } }
      return eventOf({ extendedTextMessage: { text: 'yes', contextInfo } }).replyTo?.excerpt
    })
    assert.deepEqual(speakers, ['Alice: shall we?', '+15550000003: shall we?', 'somebody: shall we?'])
  })

  test('a part that is quoted of a known message is picked out, the whole and what is not in it are not', () => {
    const raw = rawOf({ conversation: 'Pizza or *noodles*?' })
    const known = { me: false, byBridge: false, pending: false, raw }
    const quoteOf = (conversation: string) => {
      const quotes = { stanzaId: 'Q1', participant: ALICE, quotedMessage: { conversation } }
      const answer = web({ extendedTextMessage: { text: 'yes', contextInfo: quotes } })
      const event = anyEventOf(answer, { ...context, findMessage: () => known })
      assert.ok(isMessage(event))
      return event.replyTo?.quote
    }
    assert.equal(quoteOf('*noodles*'), 'noodles')
    assert.equal(quoteOf('Pizza or *noodles*?'), undefined)
    assert.equal(quoteOf('soup'), undefined)
  })

  test('a text without words is nothing, one that is only a link is the link', () => {
    const empty = web({ extendedTextMessage: { text: '' } })
    assert.deepEqual(parseMessage(empty, context), { arrivals: [], ignored: 'empty text' })
    const { content } = eventOf({ extendedTextMessage: { text: '', matchedText: 'https://x.test/' } })
    assert.equal(content.kind === 'text' && content.body.text, 'https://x.test/')
  })

  test('a picture that belongs to an event or a poll answers it', () => {
    for (const associationType of [3, 7]) {
      const { replyTo, album } = eventOf({
        associatedChildMessage: { message: { imageMessage: MEDIA } },
        messageContextInfo: { messageAssociation: { associationType, parentMessageKey: { id: 'P' } } },
      })
      assert.deepEqual([replyTo, album], [{ id: 'P' }, undefined])
    }
  })

  test('a reply with a picture is a reply, and a quoted picture has a word for an excerpt', () => {
    const { replyTo } = eventOf({
      imageMessage: { ...MEDIA, contextInfo: { stanzaId: 'Q1', quotedMessage: { imageMessage: MEDIA } } },
    })
    assert.deepEqual(replyTo, { id: 'Q1', excerpt: 'Photo' })
  })

  test('a mention is one by whichever address stands in the text', () => {
    for (const [said, meant, person] of [
      [BOB, '15550000003@s.whatsapp.net', BOB],
      ['15550000003@s.whatsapp.net', BOB, BOB],
      ['15550000001@s.whatsapp.net', '900000000000001@lid', '900000000000001@lid'],
    ] as const) {
      const text = `Ask @${said.slice(0, said.indexOf('@'))}`
      const { content } = eventOf({ extendedTextMessage: { text, contextInfo: { mentionedJid: [meant] } } })
      assert.ok(content.kind === 'text')
      assert.deepEqual(
        content.body.spans.map(span => span.person),
        [`whatsapp:${person}`],
      )
    }
  })

  test('a mention of the owner is one of me, under the name of the account', () => {
    const { content } = eventOf({
      extendedTextMessage: {
        text: 'look @15550000001 and @900000000000009',
        contextInfo: { mentionedJid: ['15550000001@s.whatsapp.net', '900000000000009@lid'] },
      },
    })
    assert.ok(content.kind === 'text')
    assert.equal(content.body.text, 'look @Olivia and @somebody')
    assert.deepEqual(content.body.spans, [
      { start: 5, length: 7, style: 'mention', person: 'whatsapp:900000000000001@lid', me: true },
      { start: 17, length: 9, style: 'mention', person: 'whatsapp:900000000000009@lid' },
    ])
  })

  test('a disappearing message says when it is gone, counted from when it was sent', () => {
    const extendedTextMessage = { text: 'x', contextInfo: { expiration: 86_400 } }
    assert.equal(eventOf({ extendedTextMessage }).expiresAt, 1_790_086_400_000)
    assert.equal(eventOf({ ephemeralMessage: { message: { conversation: 'x' } } }).expiresAt, undefined)
  })

  test('a forwarded message names the channel it came from, an advertisement is told', () => {
    const forwarded = {
      text: 'x',
      contextInfo: { isForwarded: true, forwardedNewsletterMessageInfo: { newsletterName: 'Daily\nNews' } },
    }
    assert.equal(eventOf({ extendedTextMessage: forwarded }).forwardedFrom, 'Daily News')
    const fromAd = {
      text: 'hi',
      contextInfo: { externalAdReply: { title: 'Big sale', sourceUrl: 'https://fb.test/a' } },
    }
    const { content } = eventOf({ extendedTextMessage: fromAd })
    assert.ok(content.kind === 'text')
    assert.equal(content.body.text, 'hi\n📢 Big sale https://fb.test/a')
  })

  test('a forwarded message says so', () => {
    const message = { extendedTextMessage: { text: 'x', contextInfo: { isForwarded: true } } }
    assert.equal(eventOf(message).forwarded, true)
    const contextInfo = { isForwarded: true, forwardingScore: 127 }
    assert.equal(eventOf({ extendedTextMessage: { text: 'x', contextInfo } }).forwarded, 'often')
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
  })

  test('a drawn sticker is one, with what stands for it where it cannot be shown', () => {
    const accessibilityLabel = 'a wave\nof a hand'
    const label = 'Animated sticker: a wave of a hand'
    const drawn = { stickerMessage: { ...MEDIA, mimetype: 'application/was', accessibilityLabel } }
    for (const message of [drawn, { lottieStickerMessage: { message: drawn } }]) {
      const { content } = eventOf(message)
      assert.ok(content.kind === 'media' && content.as === 'sticker')
      const { mimeType, animated, label: said } = content.media
      assert.deepEqual([mimeType, animated, said], ['application/was', true, label])
    }
    const bare = { stickerMessage: { isLottie: true, accessibilityLabel } }
    assert.deepEqual(eventOf(bare).content, { kind: 'placeholder', label })
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

  test('the film of a motion photo and the copy of a film in HEVC make no second message', () => {
    for (const associationType of [12, 19]) {
      const child = {
        associatedChildMessage: { message: { videoMessage: MEDIA } },
        messageContextInfo: { messageAssociation: { associationType, parentMessageKey: { id: 'P' } } },
      }
      assert.deepEqual(parseMessage(web(child), context).arrivals, [])
    }
  })

  test('a file without its key is not fetched, but for what channels publish', () => {
    const { mediaKey: _, ...open } = { ...MEDIA, fileSha256: Buffer.alloc(32, 2) }
    assert.match(labelOf({ imageMessage: open }), /^Photo that can only be seen on the phone/)
    const channel = { remoteJid: '120363000000000009@newsletter', remoteJidAlt: '' }
    assert.equal(eventOf({ imageMessage: open }, channel).content.kind, 'media')
  })

  test('an album is announced with as many as will come, and its pictures name it', () => {
    const album = { expectedImageCount: 2, expectedVideoCount: 1 }
    const announced = eventOf({ albumMessage: album }, { id: 'A1' })
    assert.deepEqual(announced.content, { kind: 'album', items: [], expected: 3 })
    assert.deepEqual(announced.album, { id: 'A1' })
    const messageContextInfo = {
      messageAssociation: { associationType: 1, parentMessageKey: { id: 'A1' }, messageIndex: 1 },
    }
    const place = { id: 'A1', index: 1 }
    assert.deepEqual(eventOf({ imageMessage: MEDIA, messageContextInfo }).album, place)
    const wrapped = { associatedChildMessage: { message: { videoMessage: MEDIA } }, messageContextInfo }
    assert.deepEqual(eventOf(wrapped).album, place)
    // What has no file cannot be one of an album.
    assert.equal(eventOf({ imageMessage: { caption: 'x' }, messageContextInfo }).album, undefined)
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

  test('a kind that this program has never heard of is announced', () => {
    assert.match(labelOf({}), /not supported/)
    const future = Buffer.from([0xfa, 0x07, 0x02, 0x08, 0x01])
    const message = { ...web({}), message: proto.Message.decode(future) }
    assert.match(JSON.stringify(parseMessage(message, context)), /not supported/)
  })

  test('a live location goes on for a time, and is the same message when it comes again', () => {
    const first = { degreesLatitude: 1, degreesLongitude: 2, sequenceNumber: 1, caption: 'on my way' }
    const { arrivals } = parseMessage(web({ liveLocationMessage: first }), context)
    const [arrival] = arrivals
    assert.ok(arrival && isMessage(arrival.event))
    assert.deepEqual(arrival.event.content, {
      kind: 'location',
      latitude: 1,
      longitude: 2,
      live: 28_800,
      comment: 'on my way',
    })
    const known = { author: arrival.event.sender.person, me: false, byBridge: false }
    const moving = { ...context, findMessage: () => ({ ...known, raw: arrival.raw ?? '' }) }
    const moved = { ...first, degreesLatitude: 1.5, sequenceNumber: 2, timeOffset: 60 }
    const change = anyEventOf(web({ liveLocationMessage: moved }), moving)
    assert.ok(change.kind === 'edit' && change.content.kind === 'location')
    assert.deepEqual([change.id, change.target], ['M1.2', { id: 'M1' }])
    assert.deepEqual([change.content.latitude, change.content.live], [1.5, 28_740])
    assert.equal(anyEventOf(web({ liveLocationMessage: first }), moving).kind, 'message')
  })

  test('a status of a group and a comment are what they hold, said as such', () => {
    const { content } = eventOf({ groupStatusMessageV2: { message: { conversation: 'hello' } } })
    assert.ok(content.kind === 'text')
    assert.equal(content.body.text, 'Group status\nhello')
    const comment = { message: { conversation: 'true' }, targetMessageKey: { id: 'T1' } }
    assert.deepEqual(eventOf({ commentMessage: comment }).replyTo, { id: 'T1' })
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
    const [resent] = messagesIn(web({ protocolMessage }, { fromMe: true }))
    assert.equal(resent && anyEventOf(resent).id, 'OLD')
    const forged = web({ protocolMessage })
    assert.deepEqual(messagesIn(forged), [forged])
    assert.deepEqual(parseMessage(forged, context).arrivals, [])
  })

  test('who wrote what the phone sends again of a group stands outside its key', () => {
    const info = { key: { remoteJid: GROUP, id: 'OLD', fromMe: false }, participant: ALICE }
    const bytes = proto.WebMessageInfo.encode({ ...info, message: { conversation: 'at last' } }).finish()
    const answer = {
      peerDataOperationResult: [{ placeholderMessageResendResponse: { webMessageInfoBytes: bytes } }],
    }
    const protocolMessage = {
      type: proto.Message.ProtocolMessage.Type.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE,
      peerDataOperationRequestResponseMessage: answer,
    }
    const [resent] = messagesIn(web({ protocolMessage }, { fromMe: true }))
    assert.equal(resent && anyEventOf(resent).sender.person, `whatsapp:${ALICE}`)
  })

  test('wrappers nested without end do not end the program', () => {
    let message: proto.IMessage = { conversation: 'deep' }
    for (let depth = 0; depth < 60; depth += 1) message = { ephemeralMessage: { message } }
    assert.equal(parseMessage(web(message), context).arrivals.length, 1)
  })
})
