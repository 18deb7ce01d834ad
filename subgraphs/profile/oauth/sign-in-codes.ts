import type Provider from 'oidc-provider'
import { errors } from 'oidc-provider'
import type { Viewer } from '#platform/contracts/viewer.ts'
import { apiAudience } from '#platform/identity/access-token.ts'
import { newCode, normalizedCode, shownCode } from '../codes.ts'
import type { AccountDeps } from '../deps.ts'
import { isKids, kidsMayNot } from '../pin.ts'
import { isRefused, type Refused, refuse, tryWithin } from '../refusal.ts'
import type { Asking, OpenedSession } from '../sessions.ts'
import { tvClient } from './clients.ts'
import { scopesOfAccount } from './grants.ts'
import { newGrant } from './provider.ts'
import { pollSeconds } from './records.ts'

const lifeSeconds = 600

export type SignInCode = {
  readonly deviceCode: string
  readonly userCode: string
  readonly expiresInSeconds: number
  readonly intervalSeconds: number
}

/** A code that a device shows until a member enters it elsewhere: the device authorization grant (RFC 8628), in our own operations. */
export const startSignInCode = async (provider: Provider): Promise<SignInCode> => {
  const client = await provider.Client.find(tvClient)
  const userCode = newCode()
  const code = new provider.DeviceCode({
    client,
    userCode,
    deviceInfo: {},
    params: { client_id: tvClient, scope: 'openid offline_access' },
  } as never)
  const deviceCode = await code.save()
  return {
    deviceCode,
    userCode: shownCode(userCode),
    expiresInSeconds: lifeSeconds,
    intervalSeconds: pollSeconds,
  }
}

const noSuchCode = refuse('NO_SUCH_CODE', 'There is no such code any more. Look at the television again.')

type Answering = { readonly userCode: string; readonly allow: boolean; readonly viewer: Viewer; readonly address: string }

/** A member lets a device in, or not. */
export const answerSignInCode = async (
  { userCode, allow, viewer, address }: Answering,
  provider: Provider,
  deps: AccountDeps,
): Promise<{ readonly count: number } | Refused> => {
  if (await isKids(viewer, deps)) return kidsMayNot
  const trying = { account: viewer.accountId, address }
  return tryWithin({ limits: deps.limits, what: 'signInCode', trying, isGood: (result) => !isRefused(result) }, async () => {
    const code = await provider.DeviceCode.findByUserCode(normalizedCode(userCode))
    const [account] = await deps.accounts.accounts([viewer.accountId])
    if (code === undefined || account === undefined || code.accountId || code.error) return noSuchCode
    if (!allow) Object.assign(code, { error: 'access_denied', errorDescription: 'the member refused' })
    else {
      const grant = await newGrant(provider, {
        accountId: account.id,
        clientId: code.clientId ?? tvClient,
        scopes: scopesOfAccount(account),
      })
      const [scope, authTime] = [String(code.params?.scope ?? 'openid'), Math.floor(deps.clock().getTime() / 1000)]
      Object.assign(code, { accountId: account.id, grantId: grant.jti, scope, authTime, claims: {}, resource: apiAudience })
    }
    await code.save()
    return { count: 0 }
  })
}

/** The session of a device whose code a member has let in. */
export const signInWithCode = async (
  deviceCode: string,
  asking: Asking,
  { provider, deps }: { readonly provider: Provider; readonly deps: AccountDeps },
): Promise<OpenedSession | Refused> => {
  const code = await provider.DeviceCode.find(deviceCode).catch((error: unknown) => {
    if (error instanceof errors.SlowDown) return 'slow' as const
    throw error
  })
  if (code === 'slow') return refuse('SLOW_DOWN', 'This was asked too soon.', pollSeconds)
  if (code === undefined || code.consumed) return refuse('CODE_EXPIRED', 'This code has expired. Ask for another one.')
  if (code.error) return refuse('ACCESS_DENIED', 'The member has refused this device.')
  if (!code.accountId) return refuse('AUTHORIZATION_PENDING', 'Nobody has entered the code yet.', pollSeconds)
  await code.consume()
  const [account] = await deps.accounts.accounts([code.accountId])
  const [profile] = await deps.profiles.ofAccounts([code.accountId])
  if (account === undefined || profile === undefined) return refuse('ACCESS_DENIED', 'This account is no more.')
  return deps.sessions.open({ account, profile }, asking)
}
