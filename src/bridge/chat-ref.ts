/** The two networks that the bridge joins. */
export type NetworkName = 'whatsapp' | 'telegram'

/**
 * One chat (or one person) on one network, as `network:address`: `whatsapp:120363000000000001@g.us`,
 * `telegram:-1001234567890/42`. The same form stands in logs, in the database and in code. The address is opaque:
 * only its network's `address.ts` makes it or looks inside.
 */
export type ChatRef = `${NetworkName}:${string}`

/** One message: the chat it stands in and its id there. */
export interface MessageRef {
  readonly chat: ChatRef
  readonly id: string
}

export const chatRef = (network: NetworkName, address: string): ChatRef => `${network}:${address}`

/** The owner, as one of those who react and vote there. */
export const ownerOn = (network: NetworkName): ChatRef => chatRef(network, 'me')

export const networkOf = (ref: ChatRef): NetworkName =>
  ref.startsWith('whatsapp:') ? 'whatsapp' : 'telegram'

export const addressOf = (ref: ChatRef): string => ref.slice(ref.indexOf(':') + 1)

/** Whether text read from outside (the database, a job) has the form of a chat ref. */
export const isChatRef = (text: unknown): text is ChatRef =>
  typeof text === 'string' && /^(whatsapp|telegram):./s.test(text)
