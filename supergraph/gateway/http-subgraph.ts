import type { IncomingHttpHeaders } from 'node:http'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'
import { asAnswer } from '#platform/graphql/execute.ts'
import type { Log } from '#platform/observe/log.ts'
import { inSpan } from '#platform/observe/spans.ts'
import { traceHeaders } from '#platform/observe/tracing.ts'
import { collapse } from '#platform/resilience/collapse.ts'
import { parseExact } from '#platform/text/exact-json.ts'
import type { AskSubgraph, SubgraphAnswer, SubgraphRequest } from '../engine/ask.ts'
import { cachingOf } from '../engine/caching.ts'
import { areCallersFaults } from './callers-fault.ts'
import { askedOf, fetchHooks } from './fetch-hooks.ts'
import { compileHeaderRules } from './headers.ts'
import type { Hooks } from './hook-types.ts'
import type { Incoming } from './incoming.ts'
import { fetchSeconds } from './metrics.ts'
import { codingsRead, type Posted } from './post.ts'
import type { GatewaySettings, SubgraphSettings } from './settings.ts'
import { loggedShadow } from './shadow.ts'
import { openVersion, type SubgraphVersion } from './subgraph-version.ts'
import { Trial } from './trial.ts'

export type HttpSubgraph = AsyncDisposable & { readonly ask: AskSubgraph<Incoming> }
type Deps = {
  readonly name: string
  readonly url: string
  readonly settings: GatewaySettings
  readonly own: SubgraphSettings
  readonly log: Log
  readonly hooks?: readonly Hooks[]
}

/** A subgraph over HTTP: identical reads in flight are one, some callers go to a new version, some reads are asked of another one too. */
export const createHttpSubgraph = ({ name, url, settings, own, log, hooks = [] }: Deps): HttpSubgraph => {
  const stack = new AsyncDisposableStack()
  const open = (at: string): SubgraphVersion => stack.use(openVersion({ name, url: at, settings, own }))
  const send = versions(open, { name, url: own.url ?? url, own, log })
  const rules = compileHeaderRules(own.headers ?? settings.headers)
  const credentials = ['authorization', 'cookie', ...(settings.jwt ? [settings.jwt.header.toLowerCase()] : [])]
  const once = collapse<Posted>()
  const shadow = own.shadow && shadowing(open(own.shadow.url), { name, share: own.shadow.share, log })
  const coding = (own.compressed ?? settings.compressed) ? { 'accept-encoding': codingsRead } : {}
  const ftv1 = settings.studio === undefined ? {} : { 'apollo-federation-include-trace': 'ftv1' }
  const seconds = fetchSeconds.labels(name)
  const { before, after } = fetchHooks(hooks)
  const ask: AskSubgraph<Incoming> = async (request, incoming) => {
    const given = rules.headersFor(incoming.headers)
    const begun = before ? await before(request, given, incoming) : { headers: given }
    if ('answer' in begun) return begun.answer
    // NOTE: what a hook says of a caller counts before fetches of callers who are alike become one.
    const forwarded = begun.headers
    const { version, post } = send(request, incoming.headers)
    const headers = () => ({
      ...forwarded,
      ...traceHeaders(),
      ...ftv1,
      ...coding,
      'content-type': 'application/json',
      accept: 'application/json',
    })
    const work = () => inSpan(`fetch ${name}`, { kind: 'client', attributes: { 'graphql.subgraph.name': name } }, () => post(headers()))
    const began = performance.now()
    const isShared = request.kind === 'query' && settings.dedupe
    const posted = await (isShared ? once(`${version}${JSON.stringify(forwarded)}${request.body}`, work) : work())
    seconds.observe((performance.now() - began) / 1000)
    shadow?.(request, headers(), posted)
    if (posted.isTooLarge) throw new CinegraphError('ANSWER_TOO_LARGE', { what: 'bytes', max: settings.limits.answerBytesMax })
    const received = read(posted.text, name)
    const answer = after ? await after({ ...askedOf(request, forwarded, incoming), answer: received, posted }) : received
    if (settings.cache === undefined) return answer
    const hasCredentials = credentials.some((header) => forwarded[header] !== undefined)
    return { ...answer, caching: cachingOf(posted.headers, { hasCredentials, canDiffer: rules.mayForward }) }
  }
  return { ask, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

type Send = (
  request: SubgraphRequest,
  incoming: IncomingHttpHeaders,
) => {
  /** Distinguishes versions, so that no two of them share an answer. */
  readonly version: string
  readonly post: (headers: Record<string, string>) => Promise<Posted>
}

/** Which version a caller's request goes to; a read that the new one cannot answer is answered by the old one. */
const versions = (open: (url: string) => SubgraphVersion, { name, url, own, log }: Omit<Deps, 'settings'>): Send => {
  const stable = open(url)
  if (own.canary === undefined) return (request) => ({ version: '', post: (headers) => stable.send(request, headers) })
  const canary = open(own.canary.url)
  const trial = new Trial(own.canary, `subgraph ${name}`, (verdict) =>
    log.warn({ subgraph: name, ...verdict }, 'the canary of a subgraph went back'),
  )
  return (request, incoming) => {
    const isChosen = trial.chooses(incoming)
    const post = async (headers: Record<string, string>): Promise<Posted> => {
      const began = performance.now()
      const noted = (isFailed: boolean) => trial.note(isChosen, performance.now() - began, isFailed)
      const mayAskOther = isChosen && request.kind === 'query'
      const posted = await (isChosen ? canary : stable).send(request, headers).catch((error: unknown) => {
        noted(true)
        if (mayAskOther) return undefined
        throw error
      })
      if (posted === undefined) return stable.send(request, headers)
      const refused = refusalIn(posted)
      if (refused !== 'by the caller') noted(refused !== undefined)
      else if (mayAskOther) {
        // NOTE: what the old version answers was no fault of the caller.
        const other = await stable.send(request, headers)
        if (refusalIn(other) === undefined) noted(true)
        return other
      }
      return posted
    }
    return { version: isChosen ? 'canary' : '', post }
  }
}

/** Who is at fault that this is no answer; undefined for one that is. */
const refusalIn = ({ status, text }: Posted): 'by the caller' | 'by the server' | undefined => {
  if (status >= 400 && status < 500) return 'by the caller'
  if (!/"errors":\s*\[/.test(text)) return undefined
  try {
    return areCallersFaults(asAnswer(JSON.parse(text)).errors) ? 'by the caller' : 'by the server'
  } catch {
    return 'by the server'
  }
}

type Shadowing = { readonly name: string; readonly share: number; readonly log: Log }

/** Asks a sample of reads of another version too, and reports where its answers differ. */
const shadowing = (other: SubgraphVersion, { name, share, log }: Shadowing) => {
  type Asked = { readonly request: SubgraphRequest; readonly headers: Record<string, string> }
  const run = loggedShadow<Asked>({
    share,
    what: `subgraph ${name}`,
    log,
    other: async (_request, { request, headers }) => read((await other.send(request, headers)).text, name),
  })
  return (request: SubgraphRequest, headers: Record<string, string>, posted: Posted): void => {
    if (request.kind === 'query') run({ query: request.query }, { request, headers }, () => read(posted.text, name))
  }
}

const read = (text: string, name: string): SubgraphAnswer => {
  try {
    return asAnswer(parseExact(text))
  } catch (error) {
    throw new CinegraphError('SUBGRAPH_UNAVAILABLE', { name, why: messageOf(error) }, error)
  }
}
