import { type ObjectKey, objectKey } from '#platform/contracts/object-key.ts'
import { isCinegraphError } from '#platform/errors/errors.ts'
import { findObject, objectsBelow } from '#platform/files/read-object.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import type { Json, Scope } from './expressions.ts'

export type Failure = { readonly code: string; readonly message: string }
export type WorkflowState = Scope & { readonly failure: Failure | null }

/**
 * Workflows in an object store, each in a folder: its input, which says that it runs; what each task has given; a mark for
 * each try; why it failed. Each object is written once, so that any number of workers may share a workflow.
 */
export class WorkflowStore {
  readonly #objects: ObjectStore
  readonly #root: string
  /** NOTE: what a task has given does not change, and a workflow may have hundreds of tasks. */
  readonly #known = new Map<string, Map<string, Json>>()
  constructor(objects: ObjectStore, root: string) {
    this.#objects = objects
    this.#root = root
  }

  /** Begins a workflow, unless it has begun. */
  async begin(id: string, input: Json): Promise<void> {
    await this.#putOnce(`${id}/input.json`, input)
  }

  /** Null when it does not run: it has not begun, or it is over. */
  async read(id: string): Promise<WorkflowState | null> {
    const failure = (await this.#get(`${id}/failed.json`)) as Failure | null
    const input = await this.#get(`${id}/input.json`)
    if (input === null) {
      this.#known.delete(id)
      return failure === null ? null : { input: null, outputs: new Map(), failure }
    }
    const outputs = this.#known.get(id) ?? new Map<string, Json>()
    this.#known.set(id, outputs)
    const folder = this.#key(`${id}/tasks`)
    for await (const { key } of objectsBelow(this.#objects, folder)) {
      const ref = key.slice(folder.length + 1, -'.json'.length)
      if (!outputs.has(ref)) outputs.set(ref, await this.#get(`${id}/tasks/${ref}.json`))
    }
    return { input, outputs: new Map(outputs), failure }
  }

  async runs(id: string): Promise<boolean> {
    return (await this.#objects.head(this.#key(`${id}/input.json`))) !== null
  }

  async keepOutput(id: string, ref: string, output: Json): Promise<void> {
    await this.#putOnce(`${id}/tasks/${ref}.json`, output)
  }

  async fail(id: string, failure: Failure): Promise<void> {
    await this.#putOnce(`${id}/failed.json`, failure)
  }

  /** Notes that a task is begun once more. Gives how often it had been before, and what takes the note back. */
  async noteTry(id: string, ref: string): Promise<{ readonly before: number; readonly takeBack: () => Promise<void> }> {
    const folder = this.#key(`${id}/tries/${ref}`)
    const before = (await Array.fromAsync(objectsBelow(this.#objects, folder))).length
    const mark = objectKey(`${folder}/${before + 1}`)
    await this.#objects.put(mark, Buffer.from('1'))
    return { before, takeBack: () => this.#objects.remove(mark) }
  }

  /** Notes that a try has failed. Gives how often that was so. */
  async noteFailure(id: string, ref: string): Promise<number> {
    const folder = this.#key(`${id}/failures/${ref}`)
    const count = 1 + (await Array.fromAsync(objectsBelow(this.#objects, folder))).length
    await this.#objects.put(objectKey(`${folder}/${count}`), Buffer.from('1'))
    return count
  }

  /** Removes all of a workflow. NOTE: why it failed goes last, so that a worker that is ended meanwhile goes on with the end. */
  async end(id: string): Promise<void> {
    const last = [this.#key(`${id}/input.json`), this.#key(`${id}/failed.json`)]
    for await (const { key } of objectsBelow(this.#objects, this.#key(id))) if (!last.includes(key)) await this.#objects.remove(key)
    for (const key of last) await this.#objects.remove(key)
    this.#known.delete(id)
  }

  #key(path: string): ObjectKey {
    return objectKey(`${this.#root}/${path}`)
  }

  async #get(path: string): Promise<Json> {
    const found = await findObject(this.#objects, this.#key(path))
    return found === null ? null : (JSON.parse(found.toString('utf8')) as Json)
  }

  async #putOnce(path: string, value: Json): Promise<void> {
    try {
      const body = Buffer.from(JSON.stringify(value))
      await this.#objects.put(this.#key(path), body, { type: 'application/json', condition: { ifAbsent: true } })
    } catch (error) {
      if (!isCinegraphError(error) || error.code !== 'PRECONDITION_FAILED') throw error
    }
  }
}
