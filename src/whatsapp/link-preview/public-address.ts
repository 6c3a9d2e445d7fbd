import { BlockList, isIP } from 'node:net'

/** What is not the open internet (IANA special-purpose registries for IPv4 and IPv6). */
const closed = new BlockList()

const ranges4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  // Multicast, reserved, broadcast.
  ['224.0.0.0', 3],
]
for (const [network, prefix] of ranges4) closed.addSubnet(network, prefix, 'ipv4')

/** Of IPv6 only global unicast is open, and of that not what carries an IPv4 address or stands for documentation. */
const global6 = new BlockList()
global6.addSubnet('2000::', 3, 'ipv6')
const ranges6: readonly (readonly [network: string, prefix: number])[] = [
  // Teredo, ORCHID, benchmarks and the like.
  ['2001::', 23],
  ['2001:db8::', 32],
  // 6to4.
  ['2002::', 16],
  ['3fff::', 20],
]
for (const [network, prefix] of ranges6) closed.addSubnet(network, prefix, 'ipv6')

/** Whether an address is one of the open internet: not this machine, not the network at home, not a cloud's metadata. */
export const isPublicAddress = (address: string): boolean => {
  const family = isIP(address)
  if (family === 4) return !closed.check(address, 'ipv4')
  return family === 6 && global6.check(address, 'ipv6') && !closed.check(address, 'ipv6')
}
