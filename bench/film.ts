// How much memory a worker needs for a film of two hours: `npm run bench:film`. Still pictures, which are cheap to encode.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEngines } from '#platform/engines/engines.ts'
import { createLog } from '#platform/observe/log.ts'
import { readConfig } from '#platform/settings/config.ts'
import { encode } from '../workers/transcode/ffmpeg.ts'
import { makeStream } from '../workers/transcode/pipeline.ts'

const seconds = 2 * 3_600
const [folder] = process.argv.slice(2)

/** Most that a process has held in memory, in MB; Linux only. */
const peakMb = (pid: number): number => {
  try {
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024)
  } catch {
    return 0
  }
}

const childrenOf = (pid: number): readonly number[] => {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').map(Number).filter(Boolean)
  } catch {
    return []
  }
}

const makeFilm = async (workDir: string): Promise<void> => {
  const options = ['-t', String(seconds), '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '60']
  const inputs = [{ source: 'testsrc2=s=426x240:r=1', options: ['-f', 'lavfi'] }]
  await encode({ inputs, outputs: [{ file: join(workDir, 'film.mp4'), options }], workDir })
}

const work = async (workDir: string): Promise<void> => {
  const film = { uploadId: 'u-film', titleId: 't-film', workDir, fetchSource: async () => join(workDir, 'film.mp4') }
  await using engines = openEngines(readConfig([], { CINEGRAPH_DATA: workDir }), createLog('bench', 'error'))
  const deps = { objects: await engines.open('objects'), signal: new AbortController().signal, onProgress: () => undefined }
  const { durationMs } = await makeStream(film, deps)
  if (Math.abs(durationMs - seconds * 1_000) > 1_000) throw new Error(`The stream lasts ${durationMs} ms`)
}

const measure = async (): Promise<void> => {
  const dir = await mkdtemp(join(tmpdir(), 'cinegraph-film-'))
  try {
    await makeFilm(dir)
    const began = Date.now()
    const worker = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', import.meta.filename, dir], { stdio: 'inherit' })
    let [workerMb, encoderMb] = [0, 0]
    const look = setInterval(() => {
      workerMb = Math.max(workerMb, peakMb(worker.pid ?? 0))
      encoderMb = Math.max(encoderMb, ...childrenOf(worker.pid ?? 0).map(peakMb))
    }, 100)
    const [code] = await once(worker, 'close')
    clearInterval(look)
    process.stdout.write(`two hours in ${Math.round((Date.now() - began) / 1_000)} s: worker ${workerMb} MB, encoder ${encoderMb} MB\n`)
    process.exitCode = Number(code) || (workerMb < 400 ? 0 : 1)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

await (folder === undefined ? measure() : work(folder))
