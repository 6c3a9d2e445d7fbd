import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'

const tls = (name: string) => readFileSync(join(import.meta.dirname, 'whatsapp/fixtures/tls', name))

const listen = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const joinSockets = (one: Socket, other: Socket): void => {
  one.pipe(other).pipe(one)
  for (const [socket, peer] of [
    [one, other],
    [other, one],
  ] as const) {
    socket.on('error', () => peer.destroy())
    socket.on('close', () => peer.destroy())
  }
}

/** What a proxy answers that makes no tunnel. */
const refusals = {
  503: 'HTTP/1.1 503 Service Unavailable\r\n\r\n',
  407: 'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="proxy"\r\n\r\n',
} as const

/**
 * An HTTP proxy on loopback that knows `CONNECT` alone, as the usual ones for HTTPS. With `credentials` (`name:password`) it wants
 * those of everybody (RFC 9110 11.7, 407).
 */
export const startConnectProxy = async ({ credentials }: { readonly credentials?: string } = {}) => {
  const wanted = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`
  /** `host:port` of every tunnel, in order. */
  const tunnels: string[] = []
  const sockets = new Set<Socket>()
  const state: { refused: number; refusal?: keyof typeof refusals | undefined } = { refused: 0 }
  const server = createServer((_request, response) => response.writeHead(405).end())
  server.on('connection', socket => sockets.add(socket))
  server.on('connect', (request, socket) => {
    const refusal =
      state.refusal ??
      (wanted !== undefined && request.headers['proxy-authorization'] !== wanted ? 407 : undefined)
    if (refusal !== undefined) {
      state.refused += 1
      socket.end(refusals[refusal])
      return
    }
    const target = request.url ?? ''
    tunnels.push(target)
    const [host, port] = target.split(':')
    const far = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      joinSockets(socket as Socket, far)
    })
    far.on('error', () => socket.destroy())
    sockets.add(far)
  })
  const port = await listen(server)
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `http://${credentials === undefined ? '' : `${credentials}@`}127.0.0.1:${port}`,
    tunnels,
    cut,
    /** How many tunnels it did not make. */
    get refused() {
      return state.refused
    },
    /** While down, it refuses tunnels. */
    down(isDown: boolean) {
      this.refuse(isDown ? 503 : undefined)
    },
    /** Refuses every tunnel from now on in this way, whoever asks, and cuts those that there are; or does so no more. */
    refuse(refusal: keyof typeof refusals | undefined) {
      state.refusal = refusal
      if (refusal !== undefined) cut()
    },
    /** Nobody listens there any more. */
    leave() {
      server.close()
      cut()
    },
    async [Symbol.asyncDispose]() {
      cut()
      server.close()
    },
  }
}

/** TLS in front of a server of plain HTTP on loopback; counts the connections that come in. */
export const startTlsFront = async (target: number) => {
  const state = { connections: 0, isDown: false }
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  }
  const server = createTlsServer({ cert: tls('server.pem'), key: tls('server-key.pem') }, socket => {
    state.connections += 1
    const far = connect(target, '127.0.0.1')
    joinSockets(socket, far)
    keep(far)
  })
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined)
    if (state.isDown) socket.destroy()
    else keep(socket)
  })
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  const port = await listen(server)
  return {
    port,
    get connections() {
      return state.connections
    },
    /** While down, it ends every connection at once. */
    down(isDown: boolean) {
      state.isDown = isDown
      if (isDown) cut()
    },
    async [Symbol.asyncDispose]() {
      cut()
      server.close()
    },
  }
}
