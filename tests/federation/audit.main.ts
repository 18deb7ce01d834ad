import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { GraphqlAnswer } from '#platform/graphql/execute.ts'
import { createLog } from '#platform/observe/log.ts'
import { freePort } from '#platform/process/free-port.ts'
import { startPlannerProcess } from '../../supergraph/engine/plan/planner-process.ts'
import { createGateway } from '../../supergraph/gateway/gateway.ts'
import { parseGatewaySettings } from '../../supergraph/gateway/settings.ts'

// Runs our engine against a checkout of the public federation gateway audit: `npm run audit -- <checkout>`. The checkout
// serves its subgraphs, supergraphs and cases over HTTP; nothing of it comes into this repository.
type Case = {
  readonly query: string
  readonly variables?: Record<string, unknown>
  readonly expected: { readonly data?: unknown; readonly errors?: boolean }
}

const [checkout] = process.argv.slice(2)
if (checkout === undefined) {
  process.stderr.write('npm run audit -- <checkout of the federation gateway audit, with its packages installed>\n')
  process.exit(1)
}
const port = await freePort()
const server = spawn('npm', ['start', '--', 'serve', '--port', String(port)], {
  cwd: checkout,
  stdio: ['ignore', 'ignore', 'inherit'],
  detached: true,
  env: { ...process.env, PORT: String(port) },
})
const base = `http://127.0.0.1:${port}`
const get = async (path: string): Promise<Response> => {
  const response = await fetch(`${base}${path}`)
  if (!response.ok) throw new Error(`${path} answered ${response.status}`)
  return response
}

/** Names of the suites; some versions of the audit list them, others the addresses of their supergraphs. */
const untilServes = async (): Promise<readonly string[]> => {
  for (let tries = 0; tries < 150 && server.exitCode === null; tries += 1) {
    for (const list of ['ids', 'supergraphs']) {
      const response = await fetch(`${base}/${list}`).catch(() => undefined)
      const names: unknown = response?.ok ? await response.json().catch(() => undefined) : undefined
      if (Array.isArray(names)) return names.map((name) => new URL(String(name), `${base}/`).pathname.split('/')[1] ?? '')
    }
    await sleep(200)
  }
  throw new Error(
    'The checkout lists no suites at /ids or /supergraphs. Install its packages, and see that `npm start -- serve` works there.',
  )
}

const failures: string[] = []
let count = 0
let explained = 0
try {
  await using planning = startPlannerProcess(undefined, 30_000)
  const log = createLog('audit', 'error')
  for (const id of await untilServes()) {
    const supergraphSdl = await (await get(`/${id}/supergraph`)).text()
    const cases = (await (await get(`/${id}/tests`)).json()) as readonly Case[]
    await using gateway = await createGateway({ supergraphSdl, settings: parseGatewaySettings({ supergraph: id }), planning, log })
    for (const [index, { query, variables = {}, expected }] of cases.entries()) {
      count += 1
      const answer = JSON.parse(String((await gateway.execute({ query, variables }, { headers: {} })).json())) as GraphqlAnswer
      const hasErrors = (answer.errors ?? []).length > 0
      // NOTE: as the audit itself judges: a case that says nothing of errors leaves them open.
      if (expected.errors === undefined && hasErrors) explained += 1
      if (isDeepStrictEqual(answer.data ?? null, expected.data ?? null) && (expected.errors ?? hasErrors) === hasErrors) continue
      failures.push(`${id} #${index + 1}\n${query}\nexpected ${JSON.stringify(expected)}\nanswered ${JSON.stringify(answer)}`)
    }
    process.stderr.write(`${id}: ${cases.length} cases\n`)
  }
} finally {
  if (server.pid !== undefined && server.exitCode === null) {
    const ended = once(server, 'exit')
    process.kill(-server.pid, 'SIGTERM')
    await Promise.race([ended, sleep(5_000, undefined, { ref: false })])
  }
}
for (const failure of failures) process.stdout.write(`${failure}\n\n`)
process.stdout.write(`${count - failures.length} passed, ${failures.length} failed\n`)
process.stdout.write(`${explained} answers explain a null with an error where the audit leaves it open\n`)
process.exitCode = failures.length === 0 ? 0 : 1
