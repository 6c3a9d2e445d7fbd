import { readStart } from '../../read-start.ts'

/** Where WhatsApp Web tells what version it is: its service worker, which every browser that has it open reads. */
const PAGE = '/sw.js'
const HOST = 'web.whatsapp.com'
/** For all of it. Milliseconds. */
const LONGEST = 20_000
/** Bytes; the page has some tens of thousands. */
const MOST_BYTES = 4 * 1024 * 1024
/** Without these it answers 400 (Baileys issue 1929; lib/Utils/generics.js, `fetchLatestWaWebVersion`). */
const HEADERS = {
  'sec-fetch-site': 'none',
  'user-agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
}

/** The page could not be read; another time it may be. Its message has no word of the page. */
export class PageUnread extends Error {}

/**
 * The last number of the present version of WhatsApp Web (`2.3000.N`); undefined when WhatsApp answers without telling it.
 * Throws `PageUnread` where WhatsApp was not reached, or not in time, or has trouble. (Baileys' own
 * `fetchLatestWaWebVersion` answers with its built-in version then, and waits for ever.)
 *
 * @param host `host:port` of a private test server, instead of WhatsApp's own
 */
export const readRevision = async (
  host: string = HOST,
  { signal, longest = LONGEST }: { readonly signal: AbortSignal; readonly longest?: number },
): Promise<number | undefined> => {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(longest)])
  try {
    const response = await fetch(`https://${host}${PAGE}`, { headers: HEADERS, signal: limit })
    const { status, body } = response
    if (status !== 200) {
      await body?.cancel()
      if (status === 408 || status === 429 || status >= 500) throw new PageUnread(`HTTP ${status}`)
      return undefined
    }
    const page = (await readStart(body ?? [], MOST_BYTES)).toString('latin1')
    const [, revision] = /\\?"client_revision\\?":\s*(\d{1,10})\b/.exec(page) ?? []
    // It goes into 32 bits.
    return Number(revision) < 2 ** 32 ? Number(revision) : undefined
  } catch (error) {
    if (error instanceof PageUnread) throw error
    throw new PageUnread(limit.aborted ? 'no answer in time' : 'no answer', { cause: error })
  }
}
