import { LoginError } from '../../port.ts'
import { isForeignServer, isForgedPhone } from '../errors.ts'
import type { Ending } from '../socket/ending.ts'
import { afterClose, outdated } from './after-close.ts'

/** What we closed a socket for. */
export const causeOf = (ending: Ending | undefined): unknown =>
  ending?.by === 'silence' && ending.error instanceof Error ? ending.error.cause : undefined

/** Whether the server, or what it showed of itself, says that trying again is of no use. */
export const isRefusal = (ending: Ending): boolean => {
  if (ending.by === 'failure') return ending.code < 500
  if (ending.by === 'silence') {
    if (causeOf(ending) instanceof LoginError) return true
    return isForeignServer(ending.error) || isForgedPhone(ending.error)
  }
  return afterClose(ending).do === 'stop'
}

export const refused = (ending: Ending): LoginError => {
  const told = causeOf(ending)
  if (told instanceof LoginError) return told
  if (afterClose(ending) === outdated) return tooOld()
  const cause = ending.by === 'silence' ? ending.error : undefined
  return new LoginError('refused', refusalOf(cause), { cause })
}

/** The same where a phone had linked us: what became of the account since. */
export const turnedAway = (ending: Ending): LoginError => {
  const next = afterClose(ending)
  const isOfAccount = ending.by === 'failure' && ending.code !== 401 && next !== outdated
  return isOfAccount ? new LoginError('turnedAway', next.problem) : refused(ending)
}

const refusalOf = (cause: unknown): string => {
  if (isForeignServer(cause))
    return 'The server cannot prove that it is WhatsApp; something on the network is in between'
  return isForgedPhone(cause)
    ? "The phone's signature does not verify; something in between may have tried to link another phone"
    : 'WhatsApp or the phone refused to link this machine'
}

export const tooOld = (): LoginError =>
  new LoginError('outdated', 'WhatsApp takes this version of the program no more; update wa2tg')

/** WhatsApp was not reached at all: where it knows, with what stands in between. */
export const unreached = (ending: Ending): LoginError => {
  const remedy = ending.by === 'silence' ? 'check the internet connection' : 'try again later'
  return new LoginError('noNetwork', `${afterClose(ending).problem}; ${remedy}`)
}
