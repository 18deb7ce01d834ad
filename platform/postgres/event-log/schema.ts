import type pg from 'pg'

const locks = { append: 1, renew: 2, maintain: 3 } as const
/** The first key of all advisory locks of the event log. */
const lockSpace = 738_201

/**
 * The log is one append-only table, partitioned by time. `id` is the instant of writing in µs, and grows by at least 1 with
 * every event.
 *
 * NOTE: what makes "read all above the last id" safe is that ids become visible in their order: `append` holds a lock from before
 * it takes ids until its transaction has ended, and it is called as a statement of its own, so that nobody else's open transaction
 * (and no idle one elsewhere in the database) can hold it.
 */
const steps: readonly string[] = [
  `
create table event_log.event (
  id bigint not null, topic text not null, partition smallint not null, version smallint not null,
  event_id uuid not null, traceparent text not null, bytes int not null, data text not null
) partition by range (id);
create index event_by_partition on event_log.event (topic, partition, id);
create table event_log.event_default partition of event_log.event default;
create sequence event_log.last_id;

create table event_log.member (id text primary key, expires_at timestamptz not null);
create table event_log.membership (
  topic text not null, name text not null, member text not null references event_log.member on delete cascade,
  primary key (topic, name, member)
);
create table event_log.cursor (
  topic text not null, name text not null, partition smallint not null, position bigint not null, epoch int not null default 0,
  owner text references event_log.member on delete set null,
  primary key (topic, name, partition)
) with (fillfactor = 50);
create table event_log.dead_letter (
  id bigint generated always as identity primary key, topic text not null, name text not null, partition smallint not null,
  "offset" bigint not null, version smallint not null, event_id uuid not null, traceparent text not null, data text not null,
  reason text not null, failed_at timestamptz not null default now(), again boolean not null default false,
  unique (topic, name, event_id)
);
create index dead_letter_again on event_log.dead_letter (topic, name, partition) where again;

create function event_log.append(topics text, partitions int[], versions int[], ids text, traces text, lines text) returns bigint
language plpgsql as $$
declare
  count int := cardinality(partitions);
  first bigint;
begin
  perform pg_advisory_xact_lock(${lockSpace}, ${locks.append});
  select greatest(last_value + 1, (extract(epoch from clock_timestamp()) * 1000000)::bigint) into first from event_log.last_id;
  perform setval('event_log.last_id', first + count - 1);
  insert into event_log.event (id, topic, partition, version, event_id, traceparent, bytes, data)
    select first + nth - 1, topic, partition, version, event_id::uuid, traceparent, octet_length(line), line
    from unnest(string_to_array(topics, ','), partitions, versions, string_to_array(ids, ','), string_to_array(traces, ','),
      string_to_array(lines, E'\\n')) with ordinality as row(topic, partition, version, event_id, traceparent, line, nth);
  perform pg_notify('event_log', topic) from (select distinct unnest(string_to_array(topics, ',')) as topic) as written;
  return first;
end $$;

create function event_log.head() returns bigint language plpgsql as $$
begin
  -- Waits for an append that has taken its ids and is not visible yet.
  perform pg_advisory_xact_lock_shared(${lockSpace}, ${locks.append});
  return (select last_value from event_log.last_id);
end $$;

create function event_log.renew(me text, topics text[], names text[], ttl interval)
returns table (topic text, name text, partition smallint, "position" bigint, epoch int, again boolean) language plpgsql as $$
#variable_conflict use_column
begin
  perform pg_advisory_xact_lock(${lockSpace}, ${locks.renew});
  insert into event_log.member as m values (me, clock_timestamp() + ttl) on conflict (id) do update set expires_at = excluded.expires_at;
  delete from event_log.member m where m.expires_at < clock_timestamp();
  insert into event_log.membership select t, n, me from unnest(topics, names) as wanted(t, n) on conflict do nothing;
  -- Partitions are shared out evenly: who has more gives some back, and who has fewer takes what is free.
  with share as (
    select c.topic as t, c.name as n, ceil(count(distinct c.partition)::numeric / count(distinct m.member)) as size
    from event_log.cursor c join event_log.membership m on m.topic = c.topic and m.name = c.name
    join unnest(topics, names) as wanted(t, n) on wanted.t = c.topic and wanted.n = c.name group by 1, 2
  ), ranked as (
    select c.topic as t, c.name as n, c.partition as p, c.owner as o, share.size,
      row_number() over (partition by c.topic, c.name order by c.owner is not distinct from me desc, c.partition) as nth
    from event_log.cursor c join share on share.t = c.topic and share.n = c.name
    where c.owner is null or c.owner = me
  )
  update event_log.cursor c set owner = case when ranked.nth <= ranked.size then me end
  from ranked where c.topic = ranked.t and c.name = ranked.n and c.partition = ranked.p
    and c.owner is distinct from case when ranked.nth <= ranked.size then me end;
  return query select c.topic, c.name, c.partition, c.position, c.epoch,
    exists (select 1 from event_log.dead_letter d where d.again and d.topic = c.topic and d.name = c.name and d.partition = c.partition)
  from event_log.cursor c where c.owner = me;
end $$;

create function event_log.maintain(keep interval) returns int language plpgsql as $$
declare
  day timestamptz := date_trunc('day', clock_timestamp(), 'UTC');
  gone text;
  dropped int := 0;
begin
  if not pg_try_advisory_xact_lock(${lockSpace}, ${locks.maintain}) then return 0; end if;
  perform set_config('lock_timeout', '2s', true);
  for ahead in 0..2 loop
    execute format('create table if not exists event_log.%I partition of event_log.event for values from (%s) to (%s)',
      'event_' || to_char((day + ahead * interval '1 day') at time zone 'UTC', 'YYYYMMDD'),
      (extract(epoch from day + ahead * interval '1 day') * 1000000)::bigint,
      (extract(epoch from day + (ahead + 1) * interval '1 day') * 1000000)::bigint);
  end loop;
  for gone in select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'event_log.event'::regclass and c.relname ~ '^event_[0-9]{8}$'
      and c.relname < 'event_' || to_char((day - keep) at time zone 'UTC', 'YYYYMMDD') loop
    execute format('drop table event_log.%I', gone);
    dropped := dropped + 1;
  end loop;
  return dropped;
end $$;
`,
]

/** Makes the tables of the log, or brings those of an older version up. Several processes may do it at once. */
export const ensureEventLog = async (pool: pg.Pool): Promise<void> => {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query(`select pg_advisory_xact_lock(${lockSpace}, ${locks.maintain})`)
    await client.query('create schema if not exists event_log; create table if not exists event_log.version (steps int not null)')
    const { rows } = await client.query<{ steps: number }>('select steps from event_log.version')
    const done = rows[0]?.steps ?? 0
    for (const step of steps.slice(done)) await client.query(step)
    if (rows.length === 0) await client.query('insert into event_log.version values ($1)', [steps.length])
    else if (done < steps.length) await client.query('update event_log.version set steps = $1', [steps.length])
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  } finally {
    client.release()
  }
}

/** Makes the partitions of the next days and drops those that are older than `keepDays`. Gives how many were dropped. */
export const maintainPartitions = async (pool: pg.Pool, keepDays: number): Promise<number> => {
  const { rows } = await pool.query<{ dropped: number }>('select event_log.maintain(make_interval(days => $1)) as dropped', [keepDays])
  return rows[0]?.dropped ?? 0
}
