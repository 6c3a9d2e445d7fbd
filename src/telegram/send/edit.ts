import type { RichText } from '../../bridge/rich-text.ts'
import type { InputFile, Method, Payload } from '../api.ts'
import { CallError } from '../call-error.ts'
import { inputMedia, isAboutEntities } from './call.ts'
import type { Kept } from './kept.ts'
import { openUpload } from './open-upload.ts'
import type { Part } from './part.ts'
import { type Desk, type Outcome, outcomeOf, repeatable } from './repeatable.ts'
import { captionFields, type TextOptions, textFields } from './text.ts'

export interface Words extends TextOptions {
  readonly words: RichText
  /** Most marks of each message that they become; any number, of which the first are kept, where nothing is said. */
  readonly marks?: number
}

const replyMarkup = ({ markup }: TextOptions): Record<string, unknown> =>
  markup ? { reply_markup: markup } : {}

/** Gives a message other words, and other buttons; without any it has none afterwards. `as`: how it carries its words. */
export const editWords = async (
  id: string,
  { as, ...given }: Words & { as: Kept['as'] | undefined },
  desk: Desk,
): Promise<Outcome> => {
  if (as === 'bare') return 'refused'
  const asText = as !== 'caption' && as !== 'file'
  const method = asText ? 'editMessageText' : 'editMessageCaption'
  const fields = asText ? textFields(given.words, given.previewUrl) : captionFields(given.words)
  let otherwise = false
  const outcome = await outcomeOf(async () => {
    try {
      await callEdit(method, { ...fields, ...replyMarkup(given), message_id: Number(id) }, desk)
    } catch (error) {
      otherwise = error instanceof CallError && error.says('there is no text in the message')
      throw error
    }
  }, desk)
  return otherwise && as === undefined ? editWords(id, { ...given, as: 'caption' }, desk) : outcome
}

/** Once more without marks where these are what is refused. */
const callEdit = async (
  method: Extract<Method, `editMessage${string}`>,
  payload: Record<string, unknown>,
  { context, place, signal }: Desk,
): Promise<void> => {
  const call = (fields: Record<string, unknown>) =>
    context.api.call(method, { chat_id: place.chatId, ...fields } as Payload<typeof method>, { signal })
  try {
    await call(payload)
  } catch (error) {
    if (!(error instanceof CallError && isAboutEntities(error))) throw error
    const { entities: _, caption_entities: __, ...plain } = payload
    await call(plain)
  }
}

/** Fields of files that a message can be given in the place of its text or of another file. */
const replaceable: ReadonlySet<string> = new Set(['photo', 'video', 'animation', 'audio', 'document'])

export const isReplaceable = ({ file }: Part): boolean => file !== undefined && replaceable.has(file.field)

/** Gives a message another file with another caption, or a file in the place of its text. */
export const editMedia = (id: string, part: Part, desk: Desk): Promise<Outcome> => {
  const { file } = part
  if (file === undefined || !isReplaceable(part)) return Promise.resolve('refused')
  const { context, place, messageId, signal, openMedia } = desk
  return outcomeOf(
    async () => {
      const upload = openUpload(file, { openMedia, limit: context.uploadLimit })
      const payload = ([media]: readonly InputFile[]) => ({
        chat_id: place.chatId,
        message_id: Number(id),
        media: inputMedia([part], media ? [media] : [])[0],
        ...replyMarkup(part),
      })
      try {
        await context.atWork.follow(messageId, onLastByte =>
          context.api.upload('editMessageMedia', [upload], payload, { signal, onLastByte }),
        )
      } finally {
        upload.close()
      }
    },
    { ...desk, upload: true },
  )
}

/** Takes one message away. */
export const removeMessage = (id: string, desk: Desk): Promise<Outcome> =>
  repeatable('deleteMessage', { message_id: Number(id) }, desk)
