import type { ObjectKey } from '#platform/contracts/object-key.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import type { ListedObject, ObjectStore } from '#platform/ports/object-store.ts'

/** All bytes of a small object. Throws NOT_FOUND. */
export const readObject = async (objects: Pick<ObjectStore, 'get'>, key: ObjectKey): Promise<Buffer> => {
  const opened = await objects.get(key)
  if (opened === null) throw new CinegraphError('NOT_FOUND', { what: 'object', id: key })
  return Buffer.concat(await opened.body.toArray())
}

/** Every object below a folder, page by page, in the order of the keys. */
export async function* objectsBelow(objects: Pick<ObjectStore, 'list'>, folder: ObjectKey): AsyncGenerator<ListedObject> {
  for (let after: ObjectKey | null | undefined; after !== null; ) {
    const page = await objects.list(folder, after === undefined ? {} : { after })
    yield* page.objects
    after = page.next
  }
}
