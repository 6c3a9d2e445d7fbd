import type { proto } from '@whiskeysockets/baileys'

/** Words for kinds of messages that cannot cross as what they are. Pure; whatever text they hold is kept. */
type M = typeof proto.Message.prototype
type Field<F extends keyof proto.IMessage> = NonNullable<proto.IMessage[F]>

/** `Poll: Where do we eat?`, or only `Poll`. */
export const named = (kind: string, text: string | null | undefined): string =>
  text?.trim() ? `${kind}: ${text.trim()}` : kind

/** The parts that say something, one a line. */
export const lines = (...parts: readonly (string | null | undefined)[]): string =>
  parts.filter(part => part?.trim()).join('\n')

const items = (texts: readonly (string | null | undefined)[] | null | undefined): string =>
  (texts ?? [])
    .filter(text => text?.trim())
    .map(text => `• ${text}`)
    .join('\n')

/** The text or caption of a message of any kind. */
export const textIn = (message: proto.IMessage | null | undefined): string | undefined => {
  if (message == null) return undefined
  const text =
    message.conversation ||
    message.extendedTextMessage?.text ||
    message.imageMessage?.caption ||
    message.videoMessage?.caption ||
    message.documentMessage?.caption ||
    message.documentWithCaptionMessage?.message?.documentMessage?.caption
  return text || undefined
}

export const poll = ({ name, options }: Field<'pollCreationMessage'>): string =>
  named('Poll', lines(name, items(options?.map(({ optionName }) => optionName))))

export const pollResult = ({ name, pollVotes }: Field<'pollResultSnapshotMessage'>): string =>
  named(
    'Poll result',
    lines(
      name,
      items(pollVotes?.map(vote => `${vote.optionName ?? ''} (${Number(vote.optionVoteCount ?? 0)})`)),
    ),
  )

export const event = (message: Field<'eventMessage'>): string => {
  const { name, description, location, startTime, joinLink, isCanceled } = message
  const start = startTime == null ? '' : new Date(Number(startTime) * 1000).toISOString().slice(0, 16)
  const when = start === '' ? '' : `${start.replace('T', ' ')} UTC`
  const kind = isCanceled ? 'Event cancelled' : 'Event'
  return named(kind, lines(name, description, when, location?.name, location?.address, joinLink))
}

/** `secretEncType` 1 and 2 are edits of an event and of a message (WAProto, SecretEncryptedMessage). */
export const secretEdit = ({ secretEncType }: Field<'secretEncryptedMessage'>): string =>
  secretEncType === 1 ? '✏️ edited an event; see it on the phone' : '✏️ edited; see it on the phone'

/** `PinInChatMessage.Type`: 1 pins for all, 2 unpins. */
export const pin = ({ type }: Field<'pinInChatMessage'>): string =>
  type === 2 ? 'Unpinned a message' : 'Pinned a message'

export const callLog = ({ isVideo, durationSecs }: Field<'callLogMesssage'>): string => {
  const seconds = Number(durationSecs ?? 0)
  const length = seconds > 0 ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}` : ''
  return named(isVideo ? 'Video call' : 'Voice call', length)
}

export const buttons = (message: Field<'buttonsMessage'>): string =>
  named(
    'Message with buttons',
    lines(
      message.text,
      message.contentText,
      message.footerText,
      items(message.buttons?.map(({ buttonText }) => buttonText?.displayText)),
    ),
  )

export const template = (message: Field<'templateMessage'>): string => {
  const hydrated = message.hydratedTemplate ?? message.hydratedFourRowTemplate
  const body = message.interactiveMessageTemplate
  const four = message.fourRowTemplate
  return named(
    'Message with buttons',
    lines(
      hydrated?.hydratedTitleText,
      hydrated?.hydratedContentText,
      hydrated?.hydratedFooterText,
      items(
        hydrated?.hydratedButtons?.map(({ quickReplyButton, urlButton, callButton }) =>
          lines(
            quickReplyButton?.displayText,
            urlButton && `${urlButton.displayText ?? ''} ${urlButton.url ?? ''}`,
            callButton && `${callButton.displayText ?? ''} ${callButton.phoneNumber ?? ''}`,
          ),
        ),
      ),
      four?.content && structured(four.content),
      body && interactiveText(body),
    ),
  )
}

export const structured = (message: Field<'highlyStructuredMessage'>): string => {
  const hydrated = message.hydratedHsm
  return hydrated == null ? named('Message from a template', message.elementName) : template(hydrated)
}

export const list = ({ title, description, footerText, sections }: Field<'listMessage'>): string =>
  named(
    'List',
    lines(
      title,
      description,
      ...(sections ?? []).flatMap(section => [section.title, items(section.rows?.map(row => row.title))]),
      footerText,
    ),
  )

const interactiveText = (message: Field<'interactiveMessage'>): string => {
  const { header, body, footer, nativeFlowMessage, carouselMessage } = message
  return lines(
    header?.title,
    header?.subtitle,
    body?.text,
    footer?.text,
    items(
      nativeFlowMessage?.buttons?.map(({ name, buttonParamsJson }) => buttonText(buttonParamsJson) ?? name),
    ),
    ...(carouselMessage?.cards ?? []).map(interactiveText),
  )
}

export const interactive = (message: Field<'interactiveMessage'>): string =>
  named('Message with buttons', interactiveText(message))

/** The JSON of a button is written by a stranger. */
const buttonText = (json: string | null | undefined): string | undefined => {
  try {
    const value: unknown = JSON.parse(json ?? '')
    const text = (value as { display_text?: unknown } | null)?.display_text
    return typeof text === 'string' ? text : undefined
  } catch {
    return undefined
  }
}

export const product = ({ product: item, body, footer }: Field<'productMessage'>): string =>
  named('Product', lines(item?.title, item?.description, item?.url, body, footer))

export const paymentRequest = (message: Field<'requestPaymentMessage'>): string => {
  const amount = Number(message.amount1000 ?? 0) / 1000
  const sum = amount > 0 ? `${amount} ${message.currencyCodeIso4217 ?? ''}`.trim() : ''
  return named('Payment request', lines(sum, textIn(message.noteMessage)))
}

export const richResponse = (message: M['richResponseMessage']): string =>
  named('Answer of Meta AI', lines(...(message?.submessages ?? []).map(({ messageText }) => messageText)))
