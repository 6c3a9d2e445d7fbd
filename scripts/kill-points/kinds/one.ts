import type { Contact } from '../../../test/simulators/whatsapp/index.ts'
import type { Kind } from '../../demo/kinds/chat.ts'

/** Somebody of whom nobody says which LID goes with the number: then it is said, and two chats become one. */
export const openOne = (
  add: (options: { pushName: string; addressing: 'pn'; pair: 'unknown' }) => Contact,
) => {
  const person = add({ pushName: 'Uma', addressing: 'pn', pair: 'unknown' })
  const kinds: readonly Kind[] = [
    {
      name: 'By the number alone',
      sent: 'who am I?',
      make: chat => chat.says('who am I?', { id: 'WHO' }),
      telegram: [/^who am I\?$/],
    },
    {
      name: '… reacted to',
      sent: '👍',
      make: chat => chat.person.acts.react('WHO', '👍'),
      telegram: [/^who am I\? ‹👍›$/],
    },
    {
      name: '… and by the LID that goes with it',
      sent: 'I am Uma',
      make: chat => {
        Object.assign(chat.person, { addressing: 'lid', pair: 'told' })
        return chat.says('I am Uma')
      },
      telegram: [/^I am Uma$/],
    },
    {
      name: '… by which the first one is reacted to',
      sent: '❤',
      make: chat => chat.person.acts.react('WHO', '❤'),
      telegram: [/^who am I\? ‹❤.?›$/],
    },
  ]
  return { person, kinds, number: `+${person.pn.split('@')[0]}` }
}
