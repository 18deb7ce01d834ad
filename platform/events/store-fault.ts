import { errorTable, isCinegraphError } from '#platform/errors/errors.ts'

/** What pg says, without a code, of connections that were lost or could not be had in time. */
const lostConnection =
  /^Connection terminated|^timeout exceeded when trying to connect|^Query read timeout|connection error and is not queryable|^Client was closed/
/** Of https://www.postgresql.org/docs/18/errcodes-appendix.html: the classes that speak of the server, a lock or the schema, not of the values. */
const serverClasses = new Set(['08', '25', '28', '3D', '40', '42', '53', '55', '57', '58', 'XX'])
/** Of https://www.prisma.io/docs/orm/reference/error-reference: timeouts, conflicts, and tables that are not there yet. */
const prismaFaults = new Set(['P2021', 'P2022', 'P2024', 'P2028', 'P2034', 'P2037'])
/** Errors of the file system that the name in the event can cause. */
const namesFault = new Set(['EINVAL', 'EISDIR', 'ENAMETOOLONG', 'ENOENT', 'ENOTDIR'])
const causesMax = 6

const isFaultCode = (code: string): boolean => {
  if (/^P\d{4}$/.test(code)) return code.startsWith('P1') || prismaFaults.has(code)
  if (/^[0-9A-Z]{5}$/.test(code) && !code.startsWith('E')) return serverClasses.has(code.slice(0, 2))
  return /^E[A-Z]+$/.test(code) && !namesFault.has(code)
}

const isFault = (error: Error): boolean => {
  if (isCinegraphError(error)) return errorTable[error.code].retry && error.code !== 'INTERNAL'
  if (['AbortError', 'TimeoutError', 'PrismaClientInitializationError'].includes(error.name)) return true
  if ('code' in error && typeof error.code === 'string' && isFaultCode(error.code)) return true
  return lostConnection.test(error.message)
}

/** Whether a store or the way to it is at fault, so that the same work can succeed later: not what was to be stored. */
export const isStoreFault = (error: unknown, depth = 0): boolean => {
  if (!(error instanceof Error) || depth > causesMax) return false
  if (isFault(error) || isStoreFault(error.cause, depth + 1)) return true
  return error instanceof AggregateError && error.errors.some((each) => isStoreFault(each, depth + 1))
}
