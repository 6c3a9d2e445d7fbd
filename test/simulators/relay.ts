import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Passes connections on to a server on 127.0.0.1: from another address, or so that they can be cut. */
export const startRelay = async (target: number, { host = '127.0.0.1', port = 0 } = {}) => {
  const state = { connections: 0 }
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    state.connections += 1
    const far = connect(target, '127.0.0.1')
    for (const [one, other] of [
      [socket, far],
      [far, socket],
    ] as const) {
      sockets.add(one)
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
  })
  server.listen({ port, host, ipv6Only: host.includes(':') })
  await once(server, 'listening')
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return state.connections
    },
    cut,
    async [Symbol.asyncDispose]() {
      cut()
      server.close()
    },
  }
}
