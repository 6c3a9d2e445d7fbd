import type { Message } from 'grammy/types'
import type { PollContent } from '../../bridge/content.ts'

/**
 * A native poll. Options get distinct texts, since WhatsApp knows them by nothing else. Which answer of a quiz is right is
 * not told, and closed polls are carried as they are: what was voted in Telegram stays there.
 */
export const parsePoll = (poll: NonNullable<Message['poll']>): PollContent => {
  const { question, description, options, type, allows_multiple_answers: many, close_date: end } = poll
  return {
    kind: 'poll',
    question: description ? `${question}\n\n${description}` : question,
    options: distinct(options.map(({ text }) => text)),
    choices: many ? 0 : 1,
    ...(type === 'quiz' && { quiz: true }),
    ...(end !== undefined && { endsAt: end * 1000 }),
  }
}

/** `Tea`, `Tea`, `Tea` as `Tea`, `Tea (2)`, `Tea (3)`. */
const distinct = (texts: readonly string[]): string[] => {
  const taken = new Set(texts)
  return texts.map((text, position) => {
    if (texts.indexOf(text) === position) return text
    let number = 2
    while (taken.has(`${text} (${number})`)) number += 1
    taken.add(`${text} (${number})`)
    return `${text} (${number})`
  })
}
