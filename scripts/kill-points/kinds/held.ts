import { eventually } from '../../../test/simulators/eventually.ts'
import { samples } from '../../../test/simulators/samples.ts'
import type { Chat, Kind } from '../../demo/kinds/chat.ts'

/** How long what is in doubt may take to appear, in milliseconds: the bridge may be dead meanwhile. */
const longest = 120_000

/**
 * The answer to a text gets lost, Telegram lets nobody ask after it for a while, and the owner does something with what stands there:
 * nobody knows yet what that is about.
 */
const inDoubt =
  (words: string, then: (chat: Chat, id: number) => void): Kind['make'] =>
  async chat => {
    const { faults } = chat.world.tg
    faults.next('sendMessage', 'reply-lost', { when: ({ text }) => text === words })
    const slow = { error: 429, description: 'Too Many Requests', retryAfter: 1 }
    faults.next('editMessageReplyMarkup', slow, { times: 2 })
    const seen = () => chat.place.transcript().find(({ text }) => text === words)
    // What is offline comes when it is no more; what does not come is missed on the other side.
    void eventually(seen, words, longest)
      .then(({ id }) => then(chat, id))
      .catch(() => undefined)
    await chat.says(samples.text(words))
  }

/** What is kept back until it is known what it is about. */
export const held: readonly Kind[] = [
  {
    name: 'Answer to what is in doubt',
    sent: 'who comes?, ↩ I do, and more',
    make: inDoubt('who comes?', (chat, id) => {
      chat.writes({ text: 'I do', reply_to: id })
      chat.writes('and more')
    }),
    telegram: [/^who comes\?$/],
    whatsapp: [/^who comes\?$/, /^↩ “who comes\?” I do$/, /^and more$/],
  },
  {
    name: 'Reaction to what is in doubt',
    sent: 'I bring a cake, ‹👍›',
    make: inDoubt('I bring a cake', (chat, id) => chat.world.owner.reacts(chat.place, id, '👍')),
    telegram: [/^I bring a cake ‹👍›$/],
    whatsapp: [/^I bring a cake ‹👍›$/],
  },
]

/** What something in front of Telegram refuses twice, and then lets through. */
export const pages: readonly Kind[] = [
  {
    name: 'Text that a firewall refuses',
    sent: 'DROP TABLE jobs',
    make: async chat => {
      const words = 'DROP TABLE jobs'
      const page = { status: 403, html: '<html>Blocked</html>' }
      chat.world.tg.faults.next('sendMessage', page, { times: 2, when: ({ text }) => text === words })
      await chat.says(words)
    },
    telegram: [/^DROP TABLE jobs$/],
  },
]
