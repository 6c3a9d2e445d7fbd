import type { proto } from '@whiskeysockets/baileys'
import type { Card, MediaContent } from '../../../bridge/content.ts'
import type { Content } from '../../../bridge/event.ts'
import { plainText, type RichText } from '../../../bridge/rich-text.ts'
import { type Buttons, callButton, joinButtons, labelButton, nativeButton, urlButton } from './buttons.ts'
import { bold, few, italic, items, linesOf, sum } from './lines.ts'
import { readDocument, readImage, readVideo } from './media.ts'
import type { Field, Scene } from './said.ts'
import { textOf } from './text.ts'

interface Header {
  readonly documentMessage?: proto.Message.IDocumentMessage | null
  readonly imageMessage?: proto.Message.IImageMessage | null
  readonly videoMessage?: proto.Message.IVideoMessage | null
  readonly locationMessage?: proto.Message.ILocationMessage | null
}

/**
 * What businesses send: words with buttons, and the picture or film above them; before it is known whether there is
 * anything in it. Texts are strangers'.
 */
interface Draft {
  readonly body: RichText
  readonly buttons: Buttons
  readonly media?: MediaContent | undefined
}

const mediaOf = (header: Header | null | undefined, scene: Scene): MediaContent | undefined => {
  const { imageMessage: image, videoMessage: video, documentMessage: document } = header ?? {}
  const content = image
    ? readImage(image, scene)
    : video
      ? readVideo(video, scene)
      : document
        ? readDocument(document, scene)
        : undefined
  return content?.kind === 'media' ? { ...content, caption: plainText('') } : undefined
}

const placeOf = (header: Header | null | undefined): RichText => {
  const place = header?.locationMessage
  return linesOf(bold(place?.name), place?.address)
}

const isEmpty = ({ body, buttons, media }: Draft): boolean =>
  body.text === '' && buttons.lines.length === 0 && buttons.buttons.length === 0 && media === undefined

/** Without words there is nothing to show; `kind` says what it was. */
const cardOf = (kind: string, draft: Draft): Content =>
  isEmpty(draft) ? { kind: 'placeholder', label: kind } : { kind: 'card', ...fieldsOf(kind, draft) }

const fieldsOf = (kind: string, { body, buttons, media }: Draft): Card => {
  const words = linesOf(body, buttons.lines.join('\n'))
  return {
    body: words.text === '' ? plainText(kind) : words,
    buttons: [...buttons.buttons],
    ...(media !== undefined && { media }),
  }
}

const text = (words: string | null | undefined, scene: Scene): RichText =>
  textOf(words ?? '', undefined, scene)

export const readButtons = (message: Field<'buttonsMessage'>, scene: Scene): Content =>
  cardOf('Message with buttons', {
    media: mediaOf(message, scene),
    body: linesOf(
      bold(message.text),
      placeOf(message),
      text(message.contentText, scene),
      italic(message.footerText),
    ),
    buttons: joinButtons(
      ...few(message.buttons).map(({ buttonText, nativeFlowInfo: flow }) =>
        flow?.paramsJson
          ? nativeButton({ name: flow.name ?? null, buttonParamsJson: flow.paramsJson })
          : labelButton(buttonText?.displayText),
      ),
    ),
  })

export const readTemplate = (message: Field<'templateMessage'>, scene: Scene): Content =>
  message.interactiveMessageTemplate
    ? readInteractive(message.interactiveMessageTemplate, scene)
    : cardOf('Message with buttons', template(message, scene))

const template = (message: Field<'templateMessage'>, scene: Scene): Draft => {
  const { interactiveMessageTemplate: interactive, fourRowTemplate: four } = message
  if (interactive) return interactiveDraft(interactive, scene)
  const hydrated = message.hydratedTemplate ?? message.hydratedFourRowTemplate
  if (hydrated) {
    return {
      media: mediaOf(hydrated, scene),
      body: linesOf(
        bold(hydrated.hydratedTitleText),
        placeOf(hydrated),
        text(hydrated.hydratedContentText, scene),
        italic(hydrated.hydratedFooterText),
      ),
      buttons: joinButtons(
        ...few(hydrated.hydratedButtons).flatMap(({ quickReplyButton, urlButton: url, callButton: call }) => [
          ...(quickReplyButton ? [labelButton(quickReplyButton.displayText)] : []),
          ...(url ? [urlButton(url.displayText, url.url)] : []),
          ...(call ? [callButton(call.displayText, call.phoneNumber)] : []),
        ]),
      ),
    }
  }
  return {
    media: mediaOf(four, scene),
    body: linesOf(
      structuredText(four?.highlyStructuredMessage, scene),
      placeOf(four),
      structuredText(four?.content, scene),
      structuredText(four?.footer, scene),
    ),
    buttons: joinButtons(
      ...few(four?.buttons).flatMap(({ quickReplyButton, urlButton: url, callButton: call }) => [
        ...(quickReplyButton ? [labelButton(plainWords(quickReplyButton.displayText))] : []),
        ...(url ? [urlButton(plainWords(url.displayText), plainWords(url.url))] : []),
        ...(call ? [callButton(plainWords(call.displayText), plainWords(call.phoneNumber))] : []),
      ]),
    ),
  }
}

/** A text from a template that the phone has and we have not: what it is filled with can be shown. */
const plainWords = (message: Field<'highlyStructuredMessage'> | null | undefined): string => {
  const filled = (message?.localizableParams ?? []).map(({ default: word }) => word)
  return (
    [...(message?.params ?? []), ...filled].filter(word => word).join(' ') || (message?.elementName ?? '')
  )
}

const structuredText = (
  message: Field<'highlyStructuredMessage'> | null | undefined,
  scene: Scene,
): RichText =>
  message?.hydratedHsm ? template(message.hydratedHsm, scene).body : plainText(plainWords(message))

export const readStructured = (message: Field<'highlyStructuredMessage'>, scene: Scene): Content =>
  message.hydratedHsm
    ? readTemplate(message.hydratedHsm, scene)
    : cardOf('Message from a template', { body: structuredText(message, scene), buttons: joinButtons() })

export const readList = (message: Field<'listMessage'>, scene: Scene): Content => {
  const { title, description, footerText, sections, productListInfo: products } = message
  return cardOf('List', {
    body: linesOf(
      bold(title),
      text(description, scene),
      ...few(sections).flatMap(section => [
        bold(section.title),
        items(section.rows?.map(row => [row.title, row.description].filter(Boolean).join(' – '))),
      ]),
      items(products?.productSections?.map(({ title: name }) => name)),
      italic(footerText),
    ),
    buttons: joinButtons(),
  })
}

/** An interactive message: its own card, and those of its carousel. */
export const readInteractive = (message: Field<'interactiveMessage'>, scene: Scene): Content => {
  const cards = few(message.carouselMessage?.cards).map(card => interactiveDraft(card, scene))
  const main = interactiveDraft(message, scene)
  return carouselOf([main, ...cards].filter(draft => !isEmpty(draft)))
}

/** WhatsApp shows ten cards; of what is beyond that the words are kept. */
const MOST_CARDS = 10

/** Cards with pictures one by one, each with its own buttons; without any they are one text. */
const carouselOf = (drafts: readonly Draft[]): Content => {
  const kind = 'Message with buttons'
  const [first, ...rest] = drafts
  if (first === undefined || rest.every(({ media }) => media === undefined)) {
    return cardOf(kind, inOne(drafts))
  }
  const beyond = rest.slice(MOST_CARDS)
  const more = [...rest.slice(0, MOST_CARDS), ...(beyond.length > 0 ? [inOne(beyond)] : [])]
  const card = fieldsOf(kind, first)
  return { kind: 'card', ...card, more: more.map(draft => fieldsOf(kind, draft)) }
}

/** The words of several cards, with all their buttons; of pictures the first. */
const inOne = (drafts: readonly Draft[]): Draft => ({
  media: drafts[0]?.media,
  body: linesOf(...drafts.map(({ body, buttons }) => linesOf(body, buttons.lines.join('\n')))),
  buttons: joinButtons(...drafts.map(({ buttons }) => ({ ...buttons, lines: [] }))),
})

const interactiveDraft = (message: Field<'interactiveMessage'>, scene: Scene): Draft => {
  const { header, body, footer, nativeFlowMessage: flow } = message
  const product = header?.productMessage
  return {
    media: mediaOf(header, scene) ?? mediaOf({ imageMessage: product?.product?.productImage ?? null }, scene),
    body: linesOf(
      bold(header?.title),
      header?.subtitle,
      placeOf(header),
      product && productText(product, scene),
      text(body?.text, scene),
      italic(footer?.text),
    ),
    buttons: joinButtons(...few(flow?.buttons).map(nativeButton)),
  }
}

const productText = ({ product: item, body, footer, catalog }: Field<'productMessage'>, scene: Scene) =>
  linesOf(
    bold(item?.title ?? catalog?.title),
    sum(item?.salePriceAmount1000 ?? item?.priceAmount1000, item?.currencyCode),
    text(item?.description ?? catalog?.description, scene),
    text(body, scene),
    italic(footer),
  )

export const readProduct = (message: Field<'productMessage'>, scene: Scene): Content =>
  cardOf('Product', {
    media: mediaOf(
      { imageMessage: message.product?.productImage ?? message.catalog?.catalogImage ?? null },
      scene,
    ),
    body: productText(message, scene),
    buttons: message.product?.url ? urlButton('Open', message.product.url) : joinButtons(),
  })
