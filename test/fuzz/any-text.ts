import fc from 'fast-check'

/** Text that strangers send: what reads like an address, a file, a card, JSON, formatting, and what only looks like text. */
const hostile = fc.constantFrom(
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\u202egpj.exe',
  '../../etc/passwd',
  'a'.repeat(70_000),
  '*_~`'.repeat(2000),
  '> \n'.repeat(500),
  '```',
  '@'.repeat(5000),
  '@15550000002 '.repeat(1000),
  '👨‍👩‍👧‍👦'.repeat(600),
  'e\u0301\u0323'.repeat(3000),
  '{"display_text":"x","url":"javascript:alert(1)"}',
  '{"a":'.repeat(3000),
  '[',
  'null',
  'BEGIN:VCARD\nVERSION:3.0\nFN:\nTEL;waid=1:+1\nEND:VCARD',
  `BEGIN:VCARD\n${'TEL:+1555000\n'.repeat(2000)}END:VCARD`,
  'http://127.0.0.1:22/',
  'https://example.org/a(b)c?d=*e*#f',
  '15550000002@s.whatsapp.net',
  '900000000000002:7@lid',
  'status@broadcast',
  '120363000000000001@g.us',
  'undefined@lid',
  '@s.whatsapp.net',
  'image/JPEG; q=1',
  'image',
  '/o1/v/t24/f2/x?ccb=9',
  'https://mmg.whatsapp.net/x',
)

export const anyText: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: hostile, weight: 3 },
  { arbitrary: fc.string({ unit: 'grapheme' }), weight: 3 },
  { arbitrary: fc.string({ unit: 'binary' }), weight: 1 },
)

export const anyNumber: fc.Arbitrary<number> = fc.oneof(
  fc.integer(),
  fc.constantFrom(0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 32, 1_790_000_000, 90, 180.0001, 1e308, Number.NaN),
)

export const anyBytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 80 }),
  fc.constantFrom(new Uint8Array(32), new Uint8Array(0), new Uint8Array(5000).fill(255)),
)
