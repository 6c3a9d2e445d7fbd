import { setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net'

/**
 * Milliseconds for which one address of a name is tried, where it has several, before the next one is. The last has as long
 * as the caller says, but the one before is dropped when its time is over (Node, lib/net.js,
 * internalConnectMultipleTimeout). Node's own 500 (doc/api/net.md, `autoSelectFamilyAttemptTimeout`) is too short for a
 * satellite, and for the uplink of a home that a film fills: where there is no IPv6, only the dropped address would have
 * been reached. This lets a lost packet be sent again, which a system does after 1 s (RFC 6298, 2.1); where an address is
 * there and silent, each connect takes so much longer.
 */
const ATTEMPT_MS = 2500

/** Gives everything that this process connects to its time: `fetch`, Node's own agents and WebSockets take this default. */
export const allowSlowLines = (): void => setDefaultAutoSelectFamilyAttemptTimeout(ATTEMPT_MS)
