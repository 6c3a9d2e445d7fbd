/**
 * Loaded before the program: writes down for each TCP connection how many milliseconds one of several addresses has, a line
 * each, with the port.
 */
import { appendFileSync } from 'node:fs'
import net from 'node:net'

interface Connecting {
  readonly port?: number | string
  readonly autoSelectFamilyAttemptTimeout?: number
}

const connect = net.Socket.prototype.connect as (this: net.Socket, ...given: unknown[]) => net.Socket

net.Socket.prototype.connect = function (this: net.Socket, ...given: unknown[]) {
  // `net.connect` hands over a list that begins with the options.
  const [options] = given.flat() as [Connecting]
  const own = options.autoSelectFamilyAttemptTimeout
  const patience = own ?? net.getDefaultAutoSelectFamilyAttemptTimeout()
  appendFileSync(process.env['WA2TG_TEST_CONNECTS'] ?? '', `${options.port} ${patience}\n`)
  return connect.apply(this, given)
} as typeof net.Socket.prototype.connect
