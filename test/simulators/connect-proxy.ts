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

/** An HTTP proxy on loopback that knows `CONNECT` alone, as the usual ones for HTTPS. */
export const startConnectProxy = async () => {
  /** `host:port` of every tunnel, in order. */
  const tunnels: string[] = []
  const sockets = new Set<Socket>()
  const state = { isDown: false }
  const server = createServer((_request, response) => response.writeHead(405).end())
  server.on('connection', socket => sockets.add(socket))
  server.on('connect', (request, socket) => {
    if (state.isDown) {
      socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n')
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
    url: `http://127.0.0.1:${port}`,
    tunnels,
    cut,
    /** While down, it refuses tunnels. */
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

/** TLS in front of a server of plain HTTP on loopback; counts the connections that come in. */
export const startTlsFront = async (target: number) => {
  const state = { connections: 0 }
  const sockets = new Set<Socket>()
  const server = createTlsServer({ cert: tls('server.pem'), key: tls('server-key.pem') }, socket => {
    state.connections += 1
    const far = connect(target, '127.0.0.1')
    joinSockets(socket, far)
    for (const each of [socket, far]) sockets.add(each)
  })
  const port = await listen(server)
  return {
    port,
    get connections() {
      return state.connections
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
