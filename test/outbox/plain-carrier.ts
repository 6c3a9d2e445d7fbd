import type { Carrier } from '../../src/outbox/index.ts'

/** What a carrier says where a test asks for nothing in particular; how it delivers is the test's. */
export const plainCarrier: Omit<Carrier, 'deliver'> = {
  plainer: () => undefined,
  join: () => undefined,
  failed: () => {},
  delayed: () => {},
  mark: () => undefined,
  frame: () => undefined,
  isOnline: () => true,
}
