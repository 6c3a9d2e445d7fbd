import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { proto } from '@whiskeysockets/baileys'
import type { Card, CardContent } from '../../../src/bridge/content.ts'
import { eventOf, labelOf, MEDIA } from './parsing.ts'

const cardOf = (message: proto.IMessage): CardContent => {
  const { content } = eventOf(message)
  assert.ok(content.kind === 'card', content.kind)
  return content
}

/** What a card says, its buttons in brackets. */
const shown = (message: proto.IMessage): string => {
  const { more = [], ...first } = cardOf(message)
  const one = ({ body, buttons }: Card): string => {
    const row = buttons.map(
      ({ label, url, copy }) => `[${[label, url, copy && `copy ${copy}`].filter(Boolean).join(' ')}]`,
    )
    return [body.text, ...row].join('\n')
  }
  return [first, ...more].map(one).join('\n--\n')
}

const native = (name: string, params: unknown) => ({
  name,
  buttonParamsJson: typeof params === 'string' ? params : JSON.stringify(params),
})
const flow = (...buttons: ReturnType<typeof native>[]): proto.IMessage => ({
  interactiveMessage: { body: { text: 'Hi' }, nativeFlowMessage: { buttons } },
})

const cards: Record<string, [proto.IMessage, string]> = {
  'buttons that answer are labels': [
    {
      buttonsMessage: {
        text: 'Shop',
        contentText: 'Pick *one*',
        footerText: 'Acme',
        buttons: [{ buttonText: { displayText: 'Yes' } }, { buttonText: { displayText: 'No' } }],
      },
    },
    'Shop\nPick one\nAcme\n[Yes]\n[No]',
  ],
  'a template opens an address, tells a number and labels an answer': [
    {
      templateMessage: {
        hydratedTemplate: {
          hydratedTitleText: 'Your order',
          hydratedContentText: 'Order 5 shipped',
          hydratedButtons: [
            { urlButton: { displayText: 'Track', url: 'https://acme.test/5' } },
            { callButton: { displayText: 'Call us', phoneNumber: '+15550009999' } },
            { quickReplyButton: { displayText: 'Stop' } },
          ],
        },
      },
    },
    'Your order\nOrder 5 shipped\nCall us: +15550009999\n[Track https://acme.test/5]\n[Stop]',
  ],
  'a template that only the phone can fill says what it is filled with': [
    {
      templateMessage: {
        fourRowTemplate: {
          content: { elementName: 'otp', params: ['1234'] },
          footer: { elementName: 'footer' },
          buttons: [
            { urlButton: { displayText: { params: ['Open'] }, url: { params: ['https://acme.test'] } } },
          ],
        },
      },
    },
    '1234\nfooter\n[Open https://acme.test]',
  ],
  'a list is its sections and rows': [
    {
      listMessage: {
        title: 'Menu',
        description: 'Choose',
        footerText: 'f',
        sections: [{ title: 'Drinks', rows: [{ title: 'Tea', description: 'hot' }, { title: 'Cola' }] }],
      },
    },
    'Menu\nChoose\nDrinks\n• Tea – hot\n• Cola\nf',
  ],
  'native flows open, copy, call, choose and answer': [
    flow(
      native('cta_url', { display_text: 'Open', url: 'https://acme.test/' }),
      native('cta_copy', { display_text: 'Copy', copy_code: 'SALE5' }),
      native('cta_call', { display_text: 'Call', phone_number: '+1555' }),
      native('single_select', { title: 'Sizes', sections: [{ title: 'S', rows: [{ title: 'One' }] }] }),
      native('quick_reply', { display_text: 'Fine' }),
    ),
    'Hi\nCall: +1555\nSizes\nS\n• One\n[Open https://acme.test/]\n[Copy copy SALE5]\n[Fine]',
  ],
  'no button opens anything but the web': [
    flow(
      native('cta_url', { display_text: 'Bad', url: 'javascript:alert(1)' }),
      native('cta_url', { display_text: 'File', url: 'file:///etc/passwd' }),
      native('cta_url', { display_text: 'Long', url: `https://acme.test/${'x'.repeat(5000)}` }),
    ),
    'Hi\n[Bad]\n[File]\n[Long]',
  ],
  'hostile JSON says nothing and does no harm': [
    flow(
      native('cta_url', '{broken'),
      native('cta_url', 'null'),
      native('cta_url', '[1,2]'),
      native('cta_copy', { display_text: { toString: 1 }, copy_code: 5 }),
      native('single_select', { title: 5, sections: { length: 1e9 } }),
      native('quick_reply', `{"display_text":"${'x'.repeat(100_000)}"}`),
      native('quick_reply', '['.repeat(50_000)),
      native('quick_reply', '{"__proto__":{"display_text":"x"}}'),
    ),
    'Hi',
  ],
  'the cards of a carousel without pictures follow each other in one text': [
    {
      interactiveMessage: {
        body: { text: 'Our picks' },
        carouselMessage: {
          cards: [
            {
              header: { title: 'A' },
              body: { text: 'a' },
              nativeFlowMessage: { buttons: [native('x', { title: 'Buy' })] },
            },
            { header: { title: 'B', subtitle: 'cheap' } },
          ],
        },
      },
    },
    'Our picks\nA\na\nB\ncheap\n[Buy]',
  ],
  'a product has its price and its address': [
    {
      productMessage: {
        product: {
          title: 'Red shoe',
          description: 'size 42',
          currencyCode: 'EUR',
          priceAmount1000: 49_990,
          url: 'https://acme.test/9',
        },
        body: 'look',
      },
    },
    'Red shoe\n49.99 EUR\nsize 42\nlook\n[Open https://acme.test/9]',
  ],
  'an order has its count and sum': [
    {
      orderMessage: {
        orderTitle: 'Cart',
        itemCount: 3,
        totalAmount1000: 129_500,
        totalCurrencyCode: 'EUR',
        message: '*please*',
      },
    },
    '🛒 Order: Cart\n3 items, 129.50 EUR\nplease',
  ],
  'an invitation to a group says how long it holds': [
    { groupInviteMessage: { groupName: 'Te\nam', caption: 'join us', inviteExpiration: 1_790_086_400 } },
    '✉️ Invitation to the group "Te am"\njoin us\nOpen WhatsApp to join, until 2026-09-22 14:13 UTC',
  ],
  'an invitation with its code can be accepted by a button': [
    {
      groupInviteMessage: {
        groupJid: '120363000000000005@g.us',
        inviteCode: 'C0DE',
        groupName: 'Team',
        inviteExpiration: 1_790_086_400,
      },
    },
    '✉️ Invitation to the group "Team"\nUntil 2026-09-22 14:13 UTC\n[Join]',
  ],
  'an invitation to a channel': [
    { newsletterFollowerInviteMessageV2: { newsletterName: 'News', caption: 'follow' } },
    '✉️ Invitation to the channel "News"\nfollow',
  ],
  'a pack of stickers': [
    { stickerPackMessage: { name: 'Cats', publisher: 'Ann', stickers: [{}, {}], caption: 'mine' } },
    '🎴 Sticker pack: Cats\nby Ann\n2 stickers; see them on the phone\nmine',
  ],
  'the result of a poll': [
    {
      pollResultSnapshotMessage: { name: 'Lunch?', pollVotes: [{ optionName: 'Pizza', optionVoteCount: 3 }] },
    },
    '📊 Result: Lunch?\n• Pizza: 3',
  ],
}

describe('cards', () => {
  for (const [name, [message, expected]] of Object.entries(cards)) {
    test(`Of what businesses send, ${name}`, () => {
      assert.equal(shown(message), expected)
    })
  }

  test('A picture above a card comes along without a caption of its own', () => {
    const interactiveMessage = { header: { imageMessage: { ...MEDIA, caption: 'no' } }, body: { text: 'Hi' } }
    const { media } = cardOf({ interactiveMessage })
    assert.equal(media?.as, 'image')
    assert.equal(media?.caption.text, '')
    assert.equal(cardOf({ productMessage: { product: { productImage: MEDIA } } }).body.text, 'Product')
  })

  test('Each card of a carousel has its own picture and buttons; beyond what WhatsApp shows only words are kept', () => {
    const cards = Array.from({ length: 30 }, (_, index) => ({
      header: { imageMessage: MEDIA },
      body: { text: `Shoe ${index}` },
      nativeFlowMessage: {
        buttons: [native('cta_url', { display_text: 'Buy', url: `https://acme.test/${index}` })],
      },
    }))
    const {
      body,
      media,
      buttons,
      more = [],
    } = cardOf({
      interactiveMessage: { body: { text: 'Our picks' }, carouselMessage: { cards } },
    })
    assert.deepEqual([body.text, media, buttons], ['Our picks', undefined, []])
    assert.equal(more.length, 11)
    assert.deepEqual([more[1]?.body.text, more[1]?.media?.as], ['Shoe 1', 'image'])
    assert.deepEqual(more[1]?.buttons, [{ label: 'Buy', url: 'https://acme.test/1' }])
    assert.equal(more[10]?.body.text.split('\n').length, 20)
    assert.match(more[10]?.body.text ?? '', /^Shoe 10\nShoe 11\n/)
    assert.equal(more[10]?.buttons.length, 20)
  })

  test('A carousel with no words of its own begins with its first card', () => {
    const cards = ['A', 'B'].map(title => ({ header: { title, imageMessage: MEDIA } }))
    const carousel = { carouselMessage: { cards } }
    const message = { templateMessage: { interactiveMessageTemplate: carousel } }
    for (const each of [{ interactiveMessage: carousel }, message]) assert.equal(shown(each), 'A\n--\nB')
  })

  test('A card of ten thousand rows ends after a hundred and says so', () => {
    const rows = Array.from({ length: 10_000 }, (_, index) => ({ title: `row ${index}` }))
    const { body } = cardOf({ listMessage: { sections: [{ rows }] } })
    assert.equal(body.text.split('\n').length, 101)
    assert.match(body.text, /9900 more/)
    const buttons = Array.from({ length: 100 }, (_, index) => ({ buttonText: { displayText: `b${index}` } }))
    const many = cardOf({ buttonsMessage: { contentText: 'x', buttons } })
    assert.equal(many.buttons.length, 30)
    assert.match(many.body.text, /• b30\n/)
  })

  test('A card with nothing in it is named', () => {
    assert.equal(labelOf({ interactiveMessage: {} }), 'Message with buttons')
    assert.equal(labelOf({ listMessage: {} }), 'List')
  })
})

const labels: Record<string, [proto.IMessage, string]> = {
  'a payment': [{ sendPaymentMessage: { noteMessage: { conversation: 'lunch' } } }, '💸 Payment: lunch'],
  'a payment request': [
    {
      requestPaymentMessage: {
        amount1000: 250_000,
        currencyCodeIso4217: 'INR',
        noteMessage: { conversation: 'taxi' },
        expiryTimestamp: 1_790_086_400,
      },
    },
    '💸 Payment request: 250 INR\ntaxi\nuntil 2026-09-22 14:13 UTC',
  ],
  'a call that was taken': [{ callLogMesssage: { durationSecs: 201 } }, '📞 Voice call: 3:21'],
  'a call that was missed': [{ callLogMesssage: { isVideo: true, callOutcome: 1 } }, '📞 Video call: missed'],
  'a code that only the phone shows': [
    { placeholderMessage: {} },
    '🔒 Hidden on linked devices; look at the phone',
  ],
  'history shared with somebody new': [
    { messageHistoryNotice: { messageHistoryMetadata: { messageCount: 50, historyReceivers: ['a', 'b'] } } },
    '50 earlier messages were shared with 2 new members',
  ],
  'an invoice': [{ invoiceMessage: { note: 'May' } }, '🧾 Invoice; see it on the phone: May'],
}

describe('words', () => {
  for (const [name, [message, expected]] of Object.entries(labels)) {
    test(`There are words for ${name}`, () => {
      assert.equal(labelOf(message), expected)
    })
  }

  test('Answers by button, list or form are the words that were chosen', () => {
    const answers: proto.IMessage[] = [
      { buttonsResponseMessage: { selectedDisplayText: 'Yes' } },
      { templateButtonReplyMessage: { selectedDisplayText: 'Yes' } },
      { listResponseMessage: { title: 'Yes' } },
      { interactiveResponseMessage: { body: { text: 'Yes' } } },
      { questionResponseMessage: { key: { id: 'Q' }, text: 'Yes' } },
    ]
    for (const answer of answers)
      assert.deepEqual(eventOf(answer).content, { kind: 'text', body: { text: 'Yes', spans: [] } })
    assert.deepEqual(eventOf({ questionResponseMessage: { key: { id: 'Q' }, text: 'Yes' } }).replyTo, {
      id: 'Q',
    })
  })

  test('A poll is its question, options and how many may be chosen', () => {
    const options = [{ optionName: 'Pizza' }, { optionName: 'Su\nshi 👨‍👩‍👧' }]
    const poll = { name: 'Lunch?', options, selectableOptionsCount: 1 }
    const expected = { kind: 'poll', question: 'Lunch?', options: ['Pizza', 'Su shi 👨‍👩‍👧'], choices: 1 }
    assert.deepEqual(eventOf({ pollCreationMessageV3: poll }).content, expected)
    assert.deepEqual(
      eventOf({ pollCreationMessageV4: { message: { pollCreationMessage: poll } } }).content,
      expected,
    )
    const quiz = { ...poll, selectableOptionsCount: 0, pollType: 1, correctAnswer: { optionName: 'Pizza' } }
    assert.deepEqual(eventOf({ pollCreationMessageV5: quiz }).content, {
      ...expected,
      choices: 0,
      quiz: true,
    })
    assert.equal(labelOf({ pollCreationMessage: { name: 'Empty?' } }), 'Poll: Empty?')
  })

  test('An event is an appointment with its times in milliseconds', () => {
    const eventMessage = {
      name: 'Picnic',
      description: '*bring* food',
      startTime: 1_790_086_400,
      location: { degreesLatitude: 1, degreesLongitude: 2, name: 'Park', address: 'Road 1' },
      joinLink: 'https://call.test/abc',
    }
    assert.deepEqual(eventOf({ eventMessage }).content, {
      kind: 'appointment',
      title: 'Picnic',
      description: { text: 'bring food', spans: [{ start: 0, length: 5, style: 'bold' }] },
      start: 1_790_086_400_000,
      place: 'Park, Road 1',
      latitude: 1,
      longitude: 2,
      link: 'https://call.test/abc',
    })
    const hostile = { startTime: Number.MAX_SAFE_INTEGER, joinLink: 'javascript:1' }
    assert.deepEqual(eventOf({ eventMessage: hostile }).content, { kind: 'appointment', title: 'Event' })
  })

  test('An answer of Meta AI is its texts, code and tables', () => {
    const submessages = [
      { messageText: 'Look:' },
      {
        codeMetadata: { codeLanguage: 'js', codeBlocks: [{ codeContent: 'let a' }, { codeContent: ' = 1' }] },
      },
      { tableMetadata: { title: 'T', rows: [{ items: ['a', 'b'] }] } },
    ]
    const { content } = eventOf({ richResponseMessage: { submessages } })
    assert.deepEqual(content, {
      kind: 'text',
      body: {
        text: 'Look:\nlet a = 1\nT\na | b',
        spans: [
          { start: 6, length: 9, style: 'pre', language: 'js' },
          { start: 16, length: 1, style: 'bold' },
          { start: 18, length: 5, style: 'pre' },
        ],
      },
    })
  })
})
