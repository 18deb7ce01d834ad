import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { processBirth } from '#platform/process/birth.ts'
import { temporaryFolder } from '../boot.ts'
import { until } from '../member.ts'
import { childOf, startService } from '../run.ts'

/** Encoders and probers below a process; Linux only. */
const encodersBelow = (pid: number): readonly { readonly pid: number; readonly birth: string | null; readonly command: string }[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .map(Number)
    .filter((id) => id > 0)
    .map((id) => ({ pid: id, birth: processBirth(id), command: readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ') }))
    .filter(({ command }) => command.includes('ffmpeg'))

test('Ctrl-C in the middle of a film ends all of it at once, says nothing untrue, and leaves no encoder', {
  timeout: 240_000,
}, async () => {
  // NOTE: the demo's footage is drawn by one encode, and made into a stream by the next.
  for (const stage of [/life=s=/, /libx264 .*libx264/]) {
    await using folder = await temporaryFolder()
    await using service = await startService(folder.path, ['--demo-footage'])
    const workers = childOf(service.process.pid ?? 0, `start/workers.main.ts ${new URL(service.links.mail).port}`)
    const encoders = await until(`${stage} runs`, 90_000, async () => {
      const found = encodersBelow(workers)
      return found.some(({ command }) => stage.test(command)) && found
    })
    const stopped = Date.now()
    service.process.kill('SIGINT')
    const { code, stderr } = await service.ended
    const tookMs = Date.now() - stopped
    const workersTook = Number(/workers: stopped after ([\d.]+) s/.exec(stderr)?.[1])
    assert.equal(code, 0)
    assert.ok(workersTook < 2, `the workers took ${workersTook} s, all of it ${tookMs} ms`)
    for (const { pid, birth, command } of encoders)
      assert.ok(birth === null || processBirth(pid) !== birth, `still runs: ${command.slice(0, 100)}`)
    const said = stderr.slice(stderr.indexOf('start  stopping'))
    assert.match(said, /job not finished here: .* this worker stops/)
    assert.doesNotMatch(said, /"level":"(warn|error)"|failed|encoder stopped/i)
  }
})
