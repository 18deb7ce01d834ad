import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { ClientError, GraphQLClient } from 'graphql-request'
import type {
  RefreshSessionMutation,
  RefreshSessionMutationVariables,
  SignInMutation,
  SignInMutationVariables,
  SignOutMutation,
  SignOutMutationVariables,
} from '../../bffs/web/documents.generated.ts'

export type Session = Extract<SignInMutation['signIn'], { readonly __typename: 'Session' }>
/** Why a member may not, in a code to decide by and a sentence to show. */
export type Refused = Extract<SignInMutation['signIn'], { readonly __typename: 'Refusal' }>

export type ClientOptions = {
  /** Address of the device's BFF, such as `https://tv.films.example`. */
  readonly url: string
  /** A name of this device that stays the same, for the list of devices of an account. */
  readonly deviceId: string
  /** A session that was kept from before. */
  readonly session?: Session | null
  /** Called with each new session, and with null when there is none any more: keep it where the device keeps secrets. */
  readonly onSession?: (session: Session | null) => void
  readonly fetch?: typeof fetch
}

/** The documents that every device has for its sessions. */
export type SessionDocuments = {
  readonly SignInDocument: TypedDocumentNode<SignInMutation, SignInMutationVariables>
  readonly RefreshSessionDocument: TypedDocumentNode<RefreshSessionMutation, RefreshSessionMutationVariables>
  readonly SignOutDocument: TypedDocumentNode<SignOutMutation, SignOutMutationVariables>
}

const isUnauthenticated = (error: unknown): boolean =>
  error instanceof ClientError && (error.response.errors ?? []).some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED')

/** Asks a BFF the device's documents, as whoever is signed in; a session whose token is over is renewed once, however many ask. */
export class Client {
  readonly #client: GraphQLClient
  readonly #documents: SessionDocuments
  readonly #onSession: (session: Session | null) => void
  #session: Session | null
  #renewing: Promise<void> | undefined

  constructor(documents: SessionDocuments, { url, deviceId, session = null, onSession, fetch: send }: ClientOptions) {
    this.#documents = documents
    this.#session = session
    this.#onSession = onSession ?? (() => undefined)
    this.#client = new GraphQLClient(new URL('/graphql', url).href, {
      ...(send === undefined ? {} : { fetch: send }),
      headers: () => ({
        'x-cinegraph-device': deviceId,
        ...(this.#session === null ? {} : { authorization: `Bearer ${this.#session.accessToken}` }),
      }),
    })
  }

  get session(): Session | null {
    return this.#session
  }

  /** What a document asks for. Throws graphql-request's ClientError for an answer with errors, TypeError when nobody answers. */
  async request<D, V extends object>(document: TypedDocumentNode<D, V>, variables: V): Promise<D> {
    const { accessToken } = this.#session ?? {}
    try {
      return await this.#ask(document, variables)
    } catch (error) {
      if (accessToken === undefined || !isUnauthenticated(error)) throw error
      if (this.#session?.accessToken === accessToken) await this.#renew()
      return this.#ask(document, variables)
    }
  }

  /** The new session, or why there is none. */
  async signIn(email: string, password: string): Promise<Session | Refused> {
    const { signIn } = await this.#ask(this.#documents.SignInDocument, { email, password })
    if (signIn.__typename === 'Session') this.#keep(signIn)
    return signIn
  }

  /** Ends the session here and at the service. */
  async signOut(): Promise<void> {
    const { refreshToken } = this.#session ?? {}
    this.#keep(null)
    if (refreshToken !== undefined) await this.#ask(this.#documents.SignOutDocument, { refreshToken })
  }

  #ask<D, V extends object>(document: TypedDocumentNode<D, V>, variables: V): Promise<D> {
    return this.#client.request<D, object>(document, variables)
  }

  #renew(): Promise<void> {
    this.#renewing ??= this.#refresh().finally(() => {
      this.#renewing = undefined
    })
    return this.#renewing
  }

  async #refresh(): Promise<void> {
    const { refreshToken } = this.#session ?? {}
    if (refreshToken === undefined) return
    const { refreshSession } = await this.#ask(this.#documents.RefreshSessionDocument, { refreshToken })
    this.#keep(refreshSession.__typename === 'Session' ? refreshSession : null)
  }

  #keep(session: Session | null): void {
    this.#session = session
    this.#onSession(session)
  }
}
