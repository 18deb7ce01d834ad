import { temporaryFolder } from '../tests/boot.ts'
import { Device } from '../tests/member.ts'
import { startService } from '../tests/run.ts'
import { firstFrames } from './first-frame.ts'

// npm run bench:screens [-- --json]: 50 members in a closed loop without pauses, against `npm start` with everything
// embedded on this machine; then play → first frame in a real browser. Traffic stays on the loopback.
const members = 50
const secondsPerScreen = 10
const words = ['orbital', 'harbour', 'captian', 'amelie', 'silver', 'midnigt', 'forest', 'letters']

type Figures = {
  readonly screen: string
  readonly requests: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly errors: number
  readonly degraded: number
}

const quantile = (sorted: readonly number[], share: number): number =>
  Math.round(10 * (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)) / 10

const measure = async (
  screen: string,
  devices: readonly Device[],
  ask: (device: Device, turn: number) => Promise<{ errors: readonly unknown[]; data: Record<string, { degraded: readonly string[] }> }>,
): Promise<Figures> => {
  const times: number[] = []
  let errors = 0
  let degraded = 0
  const until = performance.now() + secondsPerScreen * 1000
  const loop = async (device: Device, member: number): Promise<void> => {
    for (let turn = member; performance.now() < until; turn += 1) {
      const started = performance.now()
      const answer = await ask(device, turn)
      times.push(performance.now() - started)
      if (answer.errors.length > 0) errors += 1
      else if (Object.values(answer.data)[0]?.degraded.length) degraded += 1
    }
  }
  await Promise.all(devices.map(loop))
  const sorted = times.toSorted((a, b) => a - b)
  return {
    screen,
    requests: times.length,
    perSecond: Math.round(times.length / secondsPerScreen),
    p50Ms: quantile(sorted, 0.5),
    p95Ms: quantile(sorted, 0.95),
    p99Ms: quantile(sorted, 0.99),
    errors,
    degraded,
  }
}

await using folder = await temporaryFolder()
await using service = await startService(folder.path)
const results: Figures[] = []
for (const kind of ['tv', 'mobile', 'web'] as const) {
  const devices = Array.from({ length: members }, () => new Device(service.links, kind))
  for (const [at, device] of devices.entries()) await device.signIn(at % 2 === 0 ? 'demo@cinegraph.example' : 'noor@cinegraph.example')
  await Promise.all(devices.slice(0, 5).map((device) => device.ask('home')))
  results.push(await measure(`${kind} home`, devices, (device) => device.ask('home')))
  results.push(await measure(`${kind} search`, devices, (device, turn) => device.ask('search', { text: words[turn % words.length] })))
}
const firstFrame = await firstFrames(folder.path, service.links)
if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ members, secondsPerScreen, results, firstFrame })}\n`)
else {
  console.table(results)
  console.table([firstFrame])
}
