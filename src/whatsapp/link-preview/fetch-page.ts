import type { LookupAddress } from 'node:dns'
import { lookup as lookUp } from 'node:dns/promises'
import { once } from 'node:events'
import { type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { proxyAgent } from '../proxy-agent.ts'
import { readStart } from '../read-start.ts'
import { isPublicAddress } from './public-address.ts'

export interface FetchOptions {
  readonly signal: AbortSignal
  /** `host:port` of a private test server: the one place outside the open internet that may be asked. */
  readonly testHost: string | undefined
}

/** For all of it, redirects included. Milliseconds. */
const LONGEST = 4000
/** Bytes that are read of a page: what it says about itself stands at its beginning. */
const MOST_BYTES = 256 * 1024
const MOST_REDIRECTS = 4

/** Nothing may be asked there, or nothing there is a page. */
class NoPage extends Error {}

/**
 * Loads the beginning of a page. Every address on the way, redirects included, is looked up first and asked only when all
 * that its name stands for lies in the open internet; the connection then goes to what was looked up, so that a name
 * cannot change its mind in between. Sends no cookies, no referrer, and no more than the address itself. Rejects when
 * there is no page, or not in time.
 */
export const fetchPage = async (address: URL, { signal, testHost }: FetchOptions): Promise<string> => {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LONGEST)])
  // Looking up a name cannot be stopped, only left alone.
  const { promise: tooLate, reject } = Promise.withResolvers<never>()
  limit.addEventListener('abort', () => reject(new NoPage('Not in time')), { once: true })
  return await Promise.race([follow(address, { signal: limit, testHost }), tooLate])
}

const follow = async (address: URL, options: FetchOptions): Promise<string> => {
  let url = address
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const response = await ask(url, options)
    const { statusCode = 0, headers } = response
    if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
      response.destroy()
      url = new URL(headers.location, url)
      continue
    }
    const type = headers['content-type'] ?? ''
    if (statusCode !== 200 || !/^(text\/html|application\/xhtml\+xml)\b/i.test(type)) {
      response.destroy()
      throw new NoPage(`Not a page (${statusCode})`)
    }
    return decode(await readStart(response, MOST_BYTES), type)
  }
  throw new NoPage('Too many redirects')
}

const ask = async (url: URL, { signal, testHost }: FetchOptions): Promise<IncomingMessage> => {
  // Past the proxy this machine would show itself, and through it nobody looks where the name leads.
  if (proxyAgent(url) !== undefined) throw new NoPage('There is a proxy in between')
  const isTest = url.protocol === 'https:' && url.host === testHost
  if (!isTest) checkUrl(url)
  const request = url.protocol === 'https:' ? requestSecure : requestPlain
  const outgoing = request(url, {
    agent: false,
    signal,
    ...(!isTest && { lookup: await findOpen(url.hostname) }),
    headers: {
      accept: 'text/html',
      'accept-encoding': 'identity',
      'user-agent': 'Mozilla/5.0 (compatible; wa2tg link preview)',
    },
  })
  outgoing.on('error', () => undefined)
  outgoing.end()
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  response.on('error', () => undefined)
  return response
}

/** Names and secrets in an address, or a port of its own: nobody shares links like that, but to make us ask there. */
const checkUrl = (url: URL): void => {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new NoPage('Not a web address')
  if (url.port !== '' || url.username !== '' || url.password !== '') throw new NoPage('Not a public address')
}

/** Looks a name up and keeps the outcome, or rejects when any of it is not of the open internet. */
const findOpen = async (hostname: string): Promise<LookupFunction> => {
  const name = hostname.replace(/^\[|\]$/g, '')
  const found = isIP(name) ? [{ address: name, family: isIP(name) }] : await lookUp(name, { all: true })
  if (found.length === 0 || !found.every(({ address }) => isPublicAddress(address))) {
    throw new NoPage('Not an address of the open internet')
  }
  return keepTo(found)
}

/** Answers every look-up with what was found before. */
export const keepTo =
  (found: readonly LookupAddress[]): LookupFunction =>
  (_name, { all }, callback) => {
    const [first] = found
    if (all === true || first === undefined) callback(null, [...found])
    else callback(null, first.address, first.family)
  }

/** By the encoding that the server names, or the page at its very beginning. */
const decode = (bytes: Buffer, contentType: string): string => {
  const said = `${contentType}\n${bytes.toString('latin1', 0, 1024)}`
  const encoding = /charset\s*=\s*["']?([\w-]+)/i.exec(said)?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(encoding).decode(bytes)
  } catch {
    return new TextDecoder().decode(bytes)
  }
}
