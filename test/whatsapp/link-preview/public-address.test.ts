import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { isPublicAddress } from '../../../src/whatsapp/link-preview/public-address.ts'

const closed = [
  ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '100.64.0.1', '127.0.0.1', '127.255.255.254', '169.254.169.254'],
  ...['172.16.0.1', '172.31.255.255', '192.0.0.8', '192.0.2.1', '192.88.99.1', '192.168.1.1', '198.18.0.1'],
  ...['198.51.100.7', '203.0.113.9', '224.0.0.251', '239.255.255.250', '240.0.0.1', '255.255.255.255'],
  ...['::', '::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::127.0.0.1', '64:ff9b::7f00:1', '100::1'],
  ...['2001::1', '2001:db8::1', '2002:7f00:1::', '3fff::1', 'fc00::1', 'fd12:3456::1', 'fe80::1', 'fec0::1'],
  ...['ff02::1', '4000::1', 'fe80::1%eth0', 'localhost', '127.1', '0x7f.0.0.1', '', 'example.com'],
]
const open = [
  ...['1.1.1.1', '8.8.8.8', '100.63.255.255', '100.128.0.1', '172.15.0.1', '172.32.0.1', '192.167.0.1'],
  ...['223.255.255.255', '2606:4700:4700::1111', '2a00:1450:4001:830::200e', '2001:4860:4860::8888'],
]

for (const address of closed) {
  test(`"${address}" is not of the open internet`, () => assert.equal(isPublicAddress(address), false))
}
for (const address of open) {
  test(`"${address}" is of the open internet`, () => assert.equal(isPublicAddress(address), true))
}

test('No address in a private network is of the open internet, in whichever form', () => {
  const byte = fc.integer({ min: 0, max: 255 })
  const privateAddress = fc.oneof(
    fc.tuple(fc.constant(10), byte, byte, byte),
    fc.tuple(fc.constant(127), byte, byte, byte),
    fc.tuple(fc.constant(192), fc.constant(168), byte, byte),
    fc.tuple(fc.constant(169), fc.constant(254), byte, byte),
    fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), byte, byte),
  )
  fc.assert(
    fc.property(privateAddress, parts => {
      const dotted = parts.join('.')
      assert.equal(isPublicAddress(dotted), false)
      assert.equal(isPublicAddress(`::ffff:${dotted}`), false)
      assert.equal(isPublicAddress(`64:ff9b::${dotted}`), false)
      const [a, b, c, d] = parts.map(part => part.toString(16).padStart(2, '0'))
      assert.equal(isPublicAddress(`2002:${a}${b}:${c}${d}::1`), false)
    }),
  )
})
