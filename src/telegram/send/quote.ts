import type { Picked } from '../../bridge/network.ts'
import type { Span } from '../../bridge/rich-text.ts'
import { renderEntities } from '../entities.ts'
import { pieces } from '../split.ts'

/** Code points of a quote. */
const quoteLimit = 1024

/** Marks that a quote must have where the message has them, and no others (Bot API, `ReplyParameters.quote`). */
const quotable: ReadonlySet<Span['style']> = new Set(['bold', 'italic', 'underline', 'strike', 'spoiler'])

/** Of `reply_parameters` those that pick words out of the message that is answered. */
export const quoteFields = ({ said, at }: Picked): Record<string, unknown> => {
  const [quote] = pieces(said, { firstLimit: quoteLimit })
  if (quote === undefined) return {}
  const entities = renderEntities({ ...quote, spans: quote.spans.filter(({ style }) => quotable.has(style)) })
  return {
    quote: quote.text,
    ...(entities.length > 0 && { quote_entities: entities }),
    ...(at !== undefined && { quote_position: at }),
  }
}
