import { samples } from '../../../test/simulators/samples.ts'
import type { Kind } from '../../demo/kinds/chat.ts'

const option = (text: string) => ({ text, voter_count: 0, persistent_id: text })

/** What ends by itself, after so many milliseconds: long enough that it has begun before that. */
const soon = 8000

export const endings: readonly Kind[] = [
  {
    name: 'Disappearing text',
    sent: 'for a moment, and what stays',
    make: async chat => {
      await chat.says({
        extendedTextMessage: { text: 'for a moment', contextInfo: { expiration: soon / 1000 } },
      })
      await chat.says('this stays')
    },
    telegram: [/^this stays$/],
  },
  {
    name: 'Pin for a moment',
    sent: '📌, and words behind it',
    make: async chat => {
      await chat.says(samples.text('pinned for a moment'), { id: 'PINNED' })
      await chat.person.acts.pin('PINNED', { seconds: soon / 1000 })
      await chat.says('behind the pin')
    },
    telegram: [/^pinned for a moment$/, /^behind the pin$/],
  },
  {
    name: 'Poll with an end',
    sent: '📊 Lunch? Pizza, Sushi',
    make: chat => chat.person.acts.poll('Lunch?', ['Pizza', 'Sushi'], { endTime: Date.now() + soon }),
    telegram: [/^📊 Lunch\?.*Ended[^[]*$/],
  },
  {
    name: 'Poll of the owner with an end',
    sent: '📊 Where? Here, There',
    make: chat => {
      const close_date = Math.floor((Date.now() + soon) / 1000)
      const poll = {
        id: '1',
        question: 'Where?',
        options: [option('Here'), option('There')],
        type: 'regular',
      }
      chat.writes({ fields: { poll: { ...poll, allows_multiple_answers: false, close_date } } })
    },
    whatsapp: [/^📊 Where\? \[Here\] \[There\]$/],
  },
]
