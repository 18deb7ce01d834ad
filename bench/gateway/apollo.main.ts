import { readFileSync } from 'node:fs'
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'

/** @apollo/gateway as its documentation sets it up, passing the Authorization header on. */
const [file = '', port = '0'] = process.argv.slice(2)

class Forwarding extends RemoteGraphQLDataSource {
  override willSendRequest({ request, context }: Parameters<NonNullable<RemoteGraphQLDataSource['willSendRequest']>>[0]): void {
    const { authorization } = context as { authorization?: string }
    if (authorization !== undefined) request.http?.headers.set('authorization', authorization)
  }
}

const gateway = new ApolloGateway({
  supergraphSdl: readFileSync(file, 'utf8'),
  buildService: ({ url = '' }) => new Forwarding({ url }),
})
const server = new ApolloServer({ gateway, introspection: true })
await startStandaloneServer(server, {
  listen: { port: Number(port), host: '127.0.0.1' },
  context: async ({ req }) => ({ authorization: req.headers.authorization }),
})
