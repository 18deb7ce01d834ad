import { randomUUID } from 'node:crypto'
import type { EventOf } from '#platform/contracts/topic.ts'
import { mails } from '#platform/contracts/topics/profile.mails.ts'
import type { Database, Transaction } from '#platform/postgres/database.ts'
import { outboxEvent } from '#platform/postgres/outbox.ts'
import type { CredentialStore, MailedCode, MailedLink, PasswordChange, PendingSignUp } from './credentials.ts'
import { languageOf } from './language.ts'
import { endIn } from './session-store.postgres.ts'
import { createIn } from './store.postgres.ts'

type Prisma = Database['prisma']
type Found = { readonly id: string | null; readonly email: string; readonly language: string }

const triesMax = 5

/** Sign-ups and passwords in the `profile` schema. */
export const postgresCredentials = (prisma: Prisma): CredentialStore => ({
  beginSignUp: (signUp, mailed) => prisma.$transaction((tx) => beginSignUp(tx, signUp, mailed)),
  endSignUp: async (shown, accountId) => {
    const [row] = await prisma.signUp.updateManyAndReturn({
      where: { id: shown.id, expiresAt: { gt: shown.now }, tries: { lt: triesMax } },
      data: { tries: { increment: 1 } },
    })
    if (row === undefined) return 'over'
    if (row.codeHash !== shown.codeHash) return 'wrong'
    return prisma.$transaction((tx) => makeAccount(tx, row, accountId))
  },
  beginReset: (mailed) => prisma.$transaction((tx) => beginReset(tx, mailed)),
  reset: (id, change) => prisma.$transaction((tx) => reset(tx, id, change)),
  changePassword: (accountId, change) => prisma.$transaction((tx) => setPassword(tx, accountId, change)),
})

type Mail = Omit<EventOf<typeof mails>, 'mailId' | 'at' | 'expiresAt'> & { readonly now: Date; readonly expiresAt: Date }

const mail = async (tx: Transaction, { now, expiresAt, ...told }: Mail): Promise<void> => {
  const event = { ...told, mailId: randomUUID(), at: now.toISOString(), expiresAt: expiresAt.toISOString() }
  await tx.profileOutbox.create({ data: outboxEvent(mails, event) })
}

const findBy = async (tx: Transaction, by: 'id' | 'email', value: string): Promise<Found> => {
  const { id = null, email = value } = (await tx.account.findFirst({ where: { [by]: value }, select: { id: true, email: true } })) ?? {}
  return { id, email, language: await languageOf(tx, id ?? '') }
}

const beginSignUp = async (tx: Transaction, signUp: PendingSignUp, mailed: MailedCode): Promise<void> => {
  const { id, codeHash, secret, now, expiresAt } = mailed
  const account = await findBy(tx, 'email', signUp.email)
  const isFree = account.id === null
  await tx.signUp.create({ data: { ...signUp, id, codeHash: isFree ? codeHash : null, expiresAt } })
  const told = isFree
    ? ({ kind: 'confirmSignUp', language: signUp.profile.language, secret } as const)
    : ({ kind: 'alreadyMember', language: account.language, secret: '' } as const)
  await mail(tx, { ...told, email: signUp.email, now, expiresAt })
}

type SignUpRow = NonNullable<Awaited<ReturnType<Prisma['signUp']['findUnique']>>>

const makeAccount = async (tx: Transaction, row: SignUpRow, accountId: string): Promise<PendingSignUp | 'over'> => {
  // NOTE: of two who show the code at the same time one removes the row.
  const { count } = await tx.signUp.deleteMany({ where: { id: row.id } })
  if (count === 0) return 'over'
  const { email, passwordHash, planId, paymentMethod, country } = row
  const profile = row.profile as PendingSignUp['profile']
  const account = { id: accountId, email, operator: false }
  await createIn(tx, { account, passwordHash, profile: { ...profile, accountId } })
  return { email, passwordHash, profile, planId, paymentMethod, country }
}

const beginReset = async (tx: Transaction, { id, email, secret, now, expiresAt }: MailedLink): Promise<void> => {
  const account = await findBy(tx, 'email', email)
  await tx.passwordReset.create({ data: { id, accountId: account.id, expiresAt } })
  const told = account.id === null ? ({ kind: 'noAccount', secret: '' } as const) : ({ kind: 'resetPassword', secret } as const)
  await mail(tx, { ...told, email, language: account.language, now, expiresAt })
}

const reset = async (tx: Transaction, id: string, change: Omit<PasswordChange, 'exceptSession'>): Promise<number | null> => {
  // NOTE: removing it is what makes it work once, for those who show it at the same time too.
  const [row] = await tx.$queryRaw<{ accountId: string | null }[]>`
    delete from profile.password_reset where id = ${id} and expires_at > ${change.now} returning account_id as "accountId"`
  return row?.accountId ? setPassword(tx, row.accountId, { ...change, exceptSession: '' }) : null
}

/** A password, with the sessions, codes and links that were opened by the one before: all of them end with it, or nothing happens. */
const setPassword = async (tx: Transaction, accountId: string, change: PasswordChange): Promise<number | null> => {
  const { passwordHash, exceptSession, now, tokensUntil } = change
  const { count } = await tx.account.updateMany({ where: { id: accountId }, data: { passwordHash } })
  if (count === 0) return null
  await tx.passwordReset.deleteMany({ where: { accountId } })
  const { email, language } = await findBy(tx, 'id', accountId)
  await mail(tx, { kind: 'passwordChanged', secret: '', email, language, now, expiresAt: now })
  return endIn(tx, { accountId, except: exceptSession }, tokensUntil)
}
