import http from 'node:http'
import https from 'node:https'

/**
 * The agent through which a connection to this address goes when the environment names a proxy (`HTTPS_PROXY` and its
 * kin); undefined when it names none. Requests that bring an agent of their own (or `false`), and WebSockets, which open
 * their sockets themselves (`ws`, lib/websocket.js), do not go through the global one by themselves.
 */
export const proxyAgent = (address: string | URL): http.Agent | undefined => {
  // Read anew each time: `setGlobalProxyFromEnv` (cli/proxy.ts) puts others in their place.
  const isPlain = /^(?:ws|http):$/.test(new URL(address).protocol)
  const agent = isPlain ? http.globalAgent : https.globalAgent
  // Node's typings do not know the options of an agent yet.
  const { options } = agent as { options?: { proxyEnv?: unknown } }
  return options?.proxyEnv === undefined ? undefined : agent
}
