import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { openSecrets } from '#platform/identity/secrets.ts'
import { packageFile } from '#platform/process/package-file.ts'
import { operatorEmail } from '../../prisma/seed/members.ts'
import { ingestFilm } from '../../start/ingest.ts'
import { makeFootage } from '../../workers/transcode/footage.ts'
import { temporaryFolder } from '../boot.ts'
import { SharedBrowser } from '../browser.ts'
import { Device, type Playback, until } from '../member.ts'
import { childOf, type Started, startService } from '../run.ts'

const seconds = 75

/** Public players with a small buffer: the script that each comes in, and what begins it with the stream `u`. */
const players = {
  'hls.js': {
    script: 'hls.js/dist/hls.min.js',
    begin: `const hls = new Hls({ maxBufferLength: 10, maxMaxBufferLength: 10 }); hls.loadSource(u.hls); hls.attachMedia(video)`,
  },
  'dash.js': {
    script: 'dashjs/dist/modern/umd/dash.all.min.js',
    begin: `const player = dashjs.MediaPlayer().create()
      const buffer = { bufferTimeDefault: 10, bufferTimeAtTopQuality: 10, bufferTimeAtTopQualityLongForm: 10 }
      player.updateSettings({ streaming: { buffer } }); player.initialize(video, u.dash, true)`,
  },
  'Shaka with DASH': {
    script: 'shaka-player/dist/shaka-player.compiled.js',
    begin: `const player = new shaka.Player(); player.configure({ streaming: { bufferingGoal: 10 } }); player.attach(video).then(() => player.load(u.dash))`,
  },
  'Shaka with HLS': {
    script: 'shaka-player/dist/shaka-player.compiled.js',
    begin: `const player = new shaka.Player(); player.configure({ streaming: { bufferingGoal: 10 } }); player.attach(video).then(() => player.load(u.hls))`,
  },
  // NOTE: Chromium's own player takes a segment that was cut off for a broken film, and gives up; an app goes on where it was.
  'the browser itself': {
    script: undefined,
    begin: `video.src = u.hls
      video.addEventListener('error', () => { const at = video.currentTime; video.src = u.hls; video.currentTime = at; video.play().catch(() => undefined) })`,
  },
} as const
const goesOnByItself = Object.entries(players)
  .filter(([, { script }]) => script !== undefined)
  .map(([name]) => name)

const publish = async ({ links }: Started, dataPath: string): Promise<string> => {
  const { operatorPassword } = await openSecrets(dataPath).pick('operatorPassword')
  await using folder = await temporaryFolder()
  const film = {
    file: await makeFootage(1, seconds, { workDir: folder.path }),
    title: 'Lost Edge',
    kind: 'FILM',
    maturity: 0,
    genres: [],
  } as const
  const operator = { email: operatorEmail, password: operatorPassword }
  return (await ingestFilm(film, { supergraph: links.supergraph, operator, onProgress: () => undefined })).titleId
}

/** Opens a stream in a player, and counts how often it waits for what it has not got. */
const openIn = async (page: Page, { script, begin }: (typeof players)[keyof typeof players], stream: Playback['streams'][number]) => {
  await page.setContent('<video muted autoplay playsinline></video>')
  if (script !== undefined) await page.evaluate(readFileSync(packageFile(script), 'utf8'))
  await page.evaluate(`(u => {
    const video = document.querySelector('video')
    window.waits = []
    video.addEventListener('waiting', () => video.currentTime > 3 && window.waits.push(video.currentTime))
    ${begin}
    video.play().catch(() => undefined)
  })(${JSON.stringify(stream)})`)
}

const timeOf = (page: Page) => page.evaluate(() => document.querySelector('video')?.currentTime ?? 0)
const waitsOf = (page: Page) => page.evaluate(() => (globalThis as unknown as { waits: readonly number[] }).waits)

test('an edge that is frozen, and one that is killed: no public player stops, whatever is left of its buffer', {
  timeout: 400_000,
}, async () => {
  await using folder = await temporaryFolder()
  await using service = await startService(folder.path)
  const titleId = await publish(service, folder.path)
  const device = new Device(service.links, 'web')
  await device.signIn()
  const { streams } = (await device.play(titleId)) as Playback
  const [stream] = streams
  assert.ok(stream)
  await using browser = new SharedBrowser()
  const pages = new Map<string, Page>()
  for (const [name, player] of Object.entries(players)) {
    const page = await (await browser.get()).newPage()
    pages.set(name, page)
    await page.goto(`${service.links.mail}/health/live`)
    await openIn(page, player, stream)
  }
  const allPass = (second: number): Promise<unknown> =>
    until(`all players pass ${second} s`, 90_000, async () => {
      const times = await Promise.all([...pages.values()].map(timeOf))
      return times.every((time) => time > second)
    }).catch(async (error: unknown) => {
      const states = [...pages].map(async ([name, page]) => `${name}: ${await timeOf(page)}`)
      throw new Error((await Promise.all(states)).join(', '), { cause: error })
    })
  const edge = (url: string): number => childOf(service.process.pid ?? 0, `edge/main.ts ${new URL(url).port}`)
  await allPass(9)
  process.kill(edge(stream.edge), 'SIGSTOP')
  await allPass(32)
  process.kill(edge(streams[1]?.edge ?? ''), 'SIGKILL')
  await allPass(seconds - 15)
  for (const [name, page] of pages) if (goesOnByItself.includes(name)) assert.deepEqual(await waitsOf(page), [], `${name} never waited`)
})
