import type { SimTopic } from '../../../test/simulators/telegram/index.ts'
import type { Kind } from '../../demo/kinds/chat.ts'

/** A chat in a topic of a forum. Of a reaction Telegram does not say in which topic its message stands. */
export const inTopic = (topic: SimTopic): readonly Kind[] => [
  {
    name: 'Text in a topic',
    sent: 'in here',
    make: chat => chat.says('in here'),
    telegram: [/^in here$/],
  },
  {
    name: '… reacted to',
    sent: '👍',
    make: chat => chat.world.owner.reacts(topic, chat.seen('in here').id, '👍'),
    whatsapp: [/^in here ‹👍›$/],
  },
  {
    name: '… and answered',
    sent: 'I see',
    make: chat => chat.world.owner.sends(topic, { text: 'I see', reply_to: chat.seen('in here').id }),
    whatsapp: [/^↩ “in here” I see$/],
  },
]
