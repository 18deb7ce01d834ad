import type pg from 'pg'
import type { Lease, Leases } from '#platform/ports/leases.ts'

type Row = { readonly key: string; readonly holder: string; readonly token: string; readonly expires_at: Date }

const toLease = ({ key, holder, token, expires_at }: Row): Lease => ({ key, holder, token: BigInt(token), expiresAt: expires_at })
const lockKey = 738_301

/** NOTE: `create … if not exists` of two processes at once fails in one of them; the lock lets them go one after the other. */
const makeTable = `
  select pg_advisory_xact_lock(${lockKey});
  create schema if not exists leases;
  create sequence if not exists leases.last_token;
  create table if not exists leases.lease (
    key text collate "C" primary key, holder text not null, token bigint not null, expires_at timestamptz not null
  );
  delete from leases.lease where expires_at < now() - interval '1 hour'`

const ttl = "clock_timestamp() + $3::float8 * interval '1 millisecond'"

const takeOne = `
  insert into leases.lease as held (key, holder, token, expires_at) values ($1, $2, nextval('leases.last_token'), ${ttl})
  on conflict (key) do update set holder = excluded.holder, token = excluded.token, expires_at = excluded.expires_at
    where held.expires_at <= clock_timestamp() or held.holder = excluded.holder
  returning *`

/** NOTE: rows are locked in the order of their keys, so that two who renew the same ones do not wait for each other. */
const renewMany = `
  update leases.lease as held set expires_at = ${ttl} from (
    select lease.key from leases.lease join unnest($1::text[], $2::text[]) as claim (key, holder)
      on lease.key = claim.key collate "C" and lease.holder = claim.holder
    where lease.expires_at > clock_timestamp() order by lease.key for update of lease) as found
  where held.key = found.key and held.expires_at > clock_timestamp() returning held.*`

const renewOne = `update leases.lease set expires_at = ${ttl} where key = $1 and token = $2 and expires_at > clock_timestamp() returning *`

/** Leases as rows of the platform's PostgreSQL. */
export const createPostgresLeases = async (pool: pg.Pool): Promise<Leases> => {
  await pool.query(makeTable)
  const one = async (text: string, values: readonly unknown[]): Promise<Lease | null> => {
    const { rows } = await pool.query<Row>(text, [...values])
    return rows[0] === undefined ? null : toLease(rows[0])
  }
  return {
    take: async (keys, holder, ttlMs) => {
      const own = await one('select * from leases.lease where key = any($1) and holder = $2 and expires_at > clock_timestamp() limit 1', [
        keys,
        holder,
      ])
      for (const key of own === null ? keys : [own.key, ...keys]) {
        const lease = await one(takeOne, [key, holder, ttlMs])
        if (lease !== null) return lease
      }
      return null
    },
    renew: ({ key, token }, ttlMs) => one(renewOne, [key, token, ttlMs]),
    renewHeld: async (claims, ttlMs) => {
      if (claims.length === 0) return []
      const pairs = claims.flatMap(({ keys, holder }) => keys.map((key) => ({ key, holder })))
      const { rows } = await pool.query<Row>(renewMany, [pairs.map(({ key }) => key), pairs.map(({ holder }) => holder), ttlMs])
      const held = new Map(rows.map((row) => [`${row.key} ${row.holder}`, toLease(row)]))
      return claims.map(({ keys, holder }) => keys.map((key) => held.get(`${key} ${holder}`)).find((lease) => lease !== undefined) ?? null)
    },
    release: async ({ key, token }) => void (await pool.query('delete from leases.lease where key = $1 and token = $2', [key, token])),
    list: async (prefix) => {
      const { rows } = await pool.query<Row>(
        'select * from leases.lease where starts_with(key, $1) and expires_at > clock_timestamp() order by key',
        [prefix],
      )
      return rows.map(toLease)
    },
  }
}
