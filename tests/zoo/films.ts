import { join } from 'node:path'

import { openEngines } from '#platform/engines/engines.ts'
import { createLog } from '#platform/observe/log.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import { readConfig } from '#platform/settings/config.ts'
import { temporaryFolder } from '../boot.ts'
import { ffmpeg } from './stream.ts'

/** A grey picture that flashes white for 100 ms in each second. */
export const flashing = ({ size = '320x180', rate = '25', seconds = 4, more = '' } = {}): readonly string[] => [
  '-f',
  'lavfi',
  '-i',
  `color=0x404040:s=${size}:r=${rate}:d=${seconds},drawbox=iw*3/8:ih*.75:iw/4:ih*.2:white:fill:enable='lt(mod(t,1),.1)'${more}`,
]
/** A sound that beeps for 100 ms in each second; `gain` is its loudness, `hertz` its tone. */
export const beeping = (seconds = 4, { gain = 0.5, hertz = 1_000 } = {}): readonly string[] => [
  ...['-f', 'lavfi', '-i', `aevalsrc=${gain}*sin(2*PI*${hertz}*t)*lt(mod(t\\,1)\\,.1):s=48000:d=${seconds}`],
]
export const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'] as const
export const codecs = [...h264, '-c:a', 'aac'] as const

/** Films for one test file, in a folder, and a store for what is made of them. */
export class Zoo implements AsyncDisposable {
  readonly path: string
  readonly objects: ObjectStore
  readonly #stack: AsyncDisposableStack
  constructor(path: string, objects: ObjectStore, stack: AsyncDisposableStack) {
    this.path = path
    this.objects = objects
    this.#stack = stack
  }
  static async open(): Promise<Zoo> {
    await using stack = new AsyncDisposableStack()
    const { path } = stack.use(await temporaryFolder())
    const engines = stack.use(openEngines(readConfig([], { CINEGRAPH_DATA: path }), createLog('zoo', 'error')))
    return new Zoo(path, await engines.open('objects'), stack.move())
  }
  file(name: string): string {
    return join(this.path, name)
  }
  /** Makes the film `name` by the encoder's options before it. Gives its path. */
  async make(name: string, ...options: readonly string[]): Promise<string> {
    await ffmpeg(...options, this.file(name))
    return this.file(name)
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync()
  }
}
