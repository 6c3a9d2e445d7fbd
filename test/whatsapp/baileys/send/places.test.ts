import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderContacts, renderLocation } from '../../../../src/whatsapp/baileys/send/places.ts'

const place = { kind: 'location', latitude: 52.5, longitude: 13.4 } as const
const card = (more: string) => `BEGIN:VCARD\nVERSION:3.0\nFN:Jane\n${more}\nEND:VCARD`
const jane = { name: 'Jane', phones: ['15551230000'], vcard: '' }

test('A place is sent with name, address, accuracy and what was said about it', () => {
  const bare = { degreesLatitude: 52.5, degreesLongitude: 13.4 }
  assert.deepEqual(renderLocation(place, {})[0]?.message, { locationMessage: bare })
  const full = { ...place, name: 'Gate', address: 'Platz 1', accuracy: 19.6, comment: 'here' }
  assert.deepEqual(renderLocation(full, { senderLine: 'Ann' })[0]?.message, {
    locationMessage: {
      ...bare,
      name: 'Gate',
      address: 'Platz 1',
      accuracyInMeters: 20,
      comment: '*Ann*\nhere',
    },
  })
})

test('A live location is the place where it begins, says so, and the sender is told', () => {
  const [live] = renderLocation({ ...place, live: 900 }, {})
  assert.equal(live?.message.locationMessage?.name, 'Live location (where it began)')
  assert.equal(live?.note, 'places')
  const [ended] = renderLocation({ ...place, live: 0 }, {})
  assert.deepEqual([ended?.message.locationMessage?.name, ended?.note], [undefined, undefined])
})

test('One contact is a card, several are a list', () => {
  const [one] = renderContacts({ kind: 'contacts', contacts: [jane] })
  assert.equal(one?.message.contactMessage?.displayName, 'Jane')
  const [two] = renderContacts({ kind: 'contacts', contacts: [jane, { ...jane, name: 'Joe' }] })
  assert.deepEqual(
    [two?.message.contactsArrayMessage?.displayName, two?.message.contactsArrayMessage?.contacts?.length],
    ['2 contacts', 2],
  )
})

const cards: readonly (readonly [what: string, vcard: string, expected: string])[] = [
  ['has none', '', card('TEL;type=CELL;waid=15551230000:+15551230000').replace('FN:', 'N:;Jane;;;\nFN:')],
  ['names the number', card('TEL;MOBILE:15551230000'), card('TEL;MOBILE;waid=15551230000:+15551230000')],
  ['names another', card('TEL:+49 30 1234567'), card('TEL;waid=49301234567:+49301234567')],
  ['names one that may lie anywhere', card('TEL;HOME:030 1234567'), card('TEL;HOME:030 1234567')],
  ['has one that WhatsApp knows', card('item1.TEL;waid=1555:+1 555'), card('item1.TEL;waid=1555:+1 555')],
  ['has more to tell', card('EMAIL:j@example.com'), card('EMAIL:j@example.com')],
]

for (const [what, vcard, expected] of cards) {
  test(`The card of a contact whose card ${what}`, () => {
    const [part] = renderContacts({ kind: 'contacts', contacts: [{ ...jane, vcard }] })
    assert.equal(part?.message.contactMessage?.vcard, expected)
  })
}

test('A card that is none, or a bomb, is made anew; names cannot add lines to it', () => {
  for (const vcard of ['hello', card(`NOTE:${'x'.repeat(20_000)}`)]) {
    const [part] = renderContacts({
      kind: 'contacts',
      contacts: [{ ...jane, name: 'Jane\nTEL:+1;,\\', vcard }],
    })
    assert.deepEqual(part?.message.contactMessage?.vcard?.split('\n'), [
      'BEGIN:VCARD',
      'VERSION:3.0',
      'N:;Jane TEL:+1\\;\\,\\\\;;;',
      'FN:Jane TEL:+1\\;\\,\\\\',
      'TEL;type=CELL;waid=15551230000:+15551230000',
      'END:VCARD',
    ])
  }
})

test('a contact without a name goes by its number', () => {
  for (const [phones, name] of [
    [['+15551230000'], '+15551230000'],
    [[' '], '?'],
    [[], '?'],
  ] as const) {
    const [part] = renderContacts({
      kind: 'contacts',
      contacts: [{ name: ' ', phones: [...phones], vcard: '' }],
    })
    const { displayName, vcard } = part?.message.contactMessage ?? {}
    assert.equal(displayName, name)
    assert.match(vcard ?? '', new RegExp(`^FN:${name.replace(/[+?]/g, '\\$&')}$`, 'm'))
  }
})
