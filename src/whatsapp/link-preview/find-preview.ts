import { fetchPage } from './fetch-page.ts'
import { type PageFacts, readPage } from './page.ts'

export interface PreviewOptions {
  readonly signal: AbortSignal
  /** `host:port` of a private test server: the one place outside the open internet that may be asked. */
  readonly testHost: string | undefined
}

/**
 * What the page behind a link says about itself, or undefined where nothing can be had of it: a preview is never worth
 * a failure. `link` is as people write it, perhaps without `https://`.
 */
export const findPreview = async (link: string, options: PreviewOptions): Promise<PageFacts | undefined> => {
  const address = /^[a-z][a-z\d+.-]*:\/\//i.test(link) ? link : `https://${link}`
  if (!URL.canParse(address)) return undefined
  try {
    return readPage(await fetchPage(new URL(address), options))
  } catch {
    return undefined
  }
}
