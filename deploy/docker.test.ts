import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'
import { engineTable } from '#platform/engines/table.ts'
import { readConfig } from '#platform/settings/config.ts'
import { variableOf } from './engines/by-docker.ts'
import { recipes } from './engines/recipes.ts'

const home = join(import.meta.dirname, '..')
const Server = z.object({ image: z.string(), ports: z.array(z.string()), healthcheck: z.object({ test: z.array(z.string()) }) })
const Product = z.object({
  profiles: z.tuple([z.literal('product')]),
  build: z.object({ context: z.string(), dockerfile: z.string(), target: z.string() }),
  command: z.array(z.string()),
  environment: z.record(z.string(), z.string()),
  depends_on: z.record(z.string(), z.object({ condition: z.literal('service_healthy') })),
  ports: z.array(z.string()),
})
const Compose = z.object({ services: z.object({ cinegraph: Product }).catchall(Server) })
const readCompose = async () => {
  const text = await readFile(join(import.meta.dirname, 'compose.yaml'), 'utf8')
  const { cinegraph, ...servers } = Compose.parse(parse(text, { merge: true })).services
  return { cinegraph, servers: servers as Readonly<Record<string, z.infer<typeof Server>>> }
}

test('Docker has a service for every server, pinned, with a health check, on loopback and the ports that are chosen', async () => {
  const { servers: services } = await readCompose()
  const servers = recipes.flatMap((recipe) => recipe.servers)
  assert.deepEqual(Object.keys(services).toSorted(), servers.map(({ name }) => name).toSorted())
  for (const { name, ports } of servers) {
    const service = services[name]
    assert.match(service?.image ?? '', /^[\w./-]+:v?\d+\.\d+[\w.-]*$/, name)
    for (const port of service?.ports ?? []) assert.match(port, /^127\.0\.0\.1:\$\{/, name)
    for (const port of ports)
      assert.ok(
        service?.ports.some((each) => each.includes(`{${variableOf(name, port)}:-`)),
        `${name} ${port}`,
      )
  }
})

test('the product in Docker uses every engine that there is an adapter for, at services of the file, with settings that it takes', async () => {
  const { cinegraph, servers } = await readCompose()
  const chosen = Object.values(engineTable).flatMap((engines) =>
    engines.flatMap(({ setting, open }) => (setting === null || open === undefined ? [] : [setting])),
  )
  for (const setting of chosen) assert.ok(setting in cinegraph.environment, setting)
  readConfig(cinegraph.command, cinegraph.environment)
  const hosts = Object.values(cinegraph.environment).flatMap((value) =>
    [...value.matchAll(/(?<=\/\/|@|,)([a-z][\w-]*):\d+/g)].map(([, host = '']) => host),
  )
  assert.ok(hosts.length >= 11, hosts.join(' '))
  for (const host of [...hosts, ...Object.keys(cinegraph.depends_on)]) assert.ok(host in servers, host)
  for (const port of cinegraph.ports) assert.match(port, /^127\.0\.0\.1:/)
})

test('the images have the Node that the repository names, run as nobody special, and start files that are there', async () => {
  const { cinegraph } = await readCompose()
  const { context, dockerfile, target } = cinegraph.build
  const text = await readFile(join(import.meta.dirname, context, dockerfile), 'utf8')
  const node = (await readFile(join(home, '.nvmrc'), 'utf8')).trim()
  for (const [, tag] of text.matchAll(/^FROM node:(\S+)/gm)) assert.equal(tag, `${node}-bookworm-slim`)
  const stages = new Map(text.split(/^FROM /m).map((stage) => [/^\S+ AS (\S+)/.exec(stage)?.[1] ?? '', stage]))
  for (const name of [target, 'router']) {
    assert.match(stages.get(name) ?? '', /^USER node$/m, name)
    const [, entry = '[]'] = /^ENTRYPOINT (\[.*\])$/m.exec(stages.get(name) ?? '') ?? []
    const file = (JSON.parse(entry) as readonly string[]).find((each) => /\.[jt]s$/.test(each)) ?? ''
    assert.ok(file === '/router/cinegraph-router.js' || existsSync(join(home, file)), `${name}: ${file}`)
  }
})
