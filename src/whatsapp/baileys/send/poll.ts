import type { PollContent } from '../../../bridge/content.ts'
import { plainText } from '../../../bridge/rich-text.ts'
import type { Part, RenderOptions } from './part.ts'
import { renderText } from './text.ts'

/** Options that WhatsApp takes. */
const fewest = 2
const most = 12

/**
 * A poll, in the field that WhatsApp Web uses for it: V3 where one option may be chosen (whatsapp-rust
 * src/features/polls.rs). What is no poll for WhatsApp goes as words. Which answer of a quiz is right is never told.
 */
export const renderPoll = (poll: PollContent, options: RenderOptions): Part[] => {
  const { question: name, choices } = poll
  if (poll.options.length < fewest || poll.options.length > most) return renderText(inWords(poll), options)
  const content = {
    name,
    options: poll.options.map(optionName => ({ optionName })),
    selectableOptionsCount: choices,
  }
  return [{ message: choices === 1 ? { pollCreationMessageV3: content } : { pollCreationMessage: content } }]
}

const inWords = ({ question, options }: PollContent) =>
  plainText([`📊 ${question}`, ...options.map(option => `• ${option}`)].join('\n'))
