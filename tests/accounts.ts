import { randomUUID } from 'node:crypto'
import { hashPassword } from '#platform/identity/password.ts'
import type { Database } from '#platform/postgres/database.ts'
import type { Device, Session } from './member.ts'

type NewAccount = { readonly email: string; readonly password: string; readonly name?: string }

/** Saves an account with one profile, as a sign-up leaves it whose address is confirmed. */
export const addAccount = async ({ prisma }: Pick<Database, 'prisma'>, { email, password, name = 'Mia' }: NewAccount): Promise<string> => {
  const id = randomUUID()
  const profile = { id: randomUUID(), name, avatar: 'ember' }
  await prisma.account.create({ data: { id, email, passwordHash: await hashPassword(password), profiles: { create: profile } } })
  return id
}

/** Signs a device in to a new account. */
export const beginAccount = async (database: Pick<Database, 'prisma'>, device: Device, account: NewAccount): Promise<Session> => {
  await addAccount(database, account)
  return device.signIn(account.email, account.password)
}
