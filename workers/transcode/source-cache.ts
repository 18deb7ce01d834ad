import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import { endLeftover } from './ffmpeg.ts'
import type { FilmInput } from './film/parts.ts'
import { makeFootage } from './footage.ts'
import { joinParts } from './source.ts'

type Kept = { readonly uploadId: string; readonly dir: string; readonly file: Promise<string> }

const idleMs = 30_000

/** The file of the film that this worker is at: fetched for its first task, kept for the next ones. */
export class SourceCache implements AsyncDisposable {
  readonly #objects: ObjectStore
  readonly #root: string
  #kept: Kept | undefined
  #idle: NodeJS.Timeout | undefined
  constructor(objects: ObjectStore, root: string) {
    this.#objects = objects
    this.#root = root
  }

  async fetch(film: FilmInput, signal: AbortSignal): Promise<string> {
    clearTimeout(this.#idle)
    if (this.#kept?.uploadId !== film.uploadId) await this.release()
    this.#kept ??= this.#begin(film, signal)
    try {
      return await this.#kept.file
    } catch (error) {
      await this.release()
      throw error
    }
  }

  /** Removes the file soon, unless another task needs it. */
  rest(): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => void this.release().catch(() => undefined), idleMs).unref()
  }

  async release(): Promise<void> {
    clearTimeout(this.#idle)
    const kept = this.#kept
    this.#kept = undefined
    if (kept !== undefined) await endLeftover(kept.dir)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release()
  }

  #begin(film: FilmInput, signal: AbortSignal): Kept {
    const dir = join(this.#root, `source-${film.uploadId}`)
    return { uploadId: film.uploadId, dir, file: this.#bring(film, dir, signal) }
  }

  async #bring({ origin }: FilmInput, workDir: string, signal: AbortSignal): Promise<string> {
    await mkdir(workDir, { recursive: true })
    const place = { workDir, signal }
    return origin.kind === 'footage'
      ? makeFootage(origin.look, origin.seconds, place)
      : joinParts(this.#objects, origin.folder, { ...place, sha256: origin.sha256 ?? undefined })
  }
}
