import type { ObjectKey } from '#platform/contracts/object-key.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import type { ListedObject, ObjectStore } from '#platform/ports/object-store.ts'

/** All bytes of a small object; null when there is none. */
export const findObject = async (objects: Pick<ObjectStore, 'get'>, key: ObjectKey): Promise<Buffer | null> => {
  const opened = await objects.get(key)
  return opened === null ? null : Buffer.concat(await opened.body.toArray())
}

/** The same of one that must be there. Throws NOT_FOUND. */
export const readObject = async (objects: Pick<ObjectStore, 'get'>, key: ObjectKey): Promise<Buffer> => {
  const found = await findObject(objects, key)
  if (found === null) throw new CinegraphError('NOT_FOUND', { what: 'object', id: key })
  return found
}

/** Every object below a folder, page by page, in the order of the keys. */
export async function* objectsBelow(objects: Pick<ObjectStore, 'list'>, folder: ObjectKey): AsyncGenerator<ListedObject> {
  for (let after: ObjectKey | null | undefined; after !== null; ) {
    const page = await objects.list(folder, after === undefined ? {} : { after })
    yield* page.objects
    after = page.next
  }
}
