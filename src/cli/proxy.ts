import { UserError } from './user-error.ts'

const NAMES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'] as const

/**
 * Sends everything that this process asks for through the proxy that the environment names, but for the hosts in
 * `NO_PROXY`. Node does that for `fetch` and its own agents (`http.setGlobalProxyFromEnv`); WhatsApp's WebSocket takes
 * their agent (whatsapp/proxy-agent.ts). Throws `UserError` for what is no address of an HTTP proxy: Node would
 * refuse it with the address, password included, or take no notice.
 */
export const useProxy = async (env: Readonly<Record<string, string | undefined>>): Promise<void> => {
  const named = NAMES.filter(name => env[name])
  if (named.length === 0) return
  const wrong = named.find(name => !/^https?:$/.test(URL.parse(env[name] ?? '')?.protocol ?? ''))
  if (wrong !== undefined) {
    throw new UserError(`${wrong} is not the address of an HTTP proxy`, {
      hint: `Write it like http://127.0.0.1:3128, or go without: unset ${wrong}`,
    })
  }
  const { setGlobalProxyFromEnv } = await import('node:http')
  setGlobalProxyFromEnv(env)
}
