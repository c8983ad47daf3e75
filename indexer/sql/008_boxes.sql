-- Which boxes a call names: what it may touch. What became of them, the state deltas say (schema state).

create table chain.box_ref (
  round bigint not null,
  app bigint not null,
  intra integer not null,
  name bytea not null
) partition by range (round);
comment on table chain.box_ref is 'Boxes that application calls name, in their box references or their access list; rows of rounds that were written by version 0.1.0 or later';
comment on column chain.box_ref.round is 'round number';
comment on column chain.box_ref.app is 'application whose box it is: the one called, or another that the call names';
comment on column chain.box_ref.intra is 'place in the block of the call, as in chain.txn';
comment on column chain.box_ref.name is 'name, any bytes; references without a name, which buy room alone, are left out';

create function chain.big_tables() returns text[] language sql immutable parallel safe
  return array['block', 'txn', 'participant', 'log', 'state_change', 'box_ref'];
comment on function chain.big_tables is 'the tables that are cut by round into partitions';

create or replace view chain.index_plan as
select * from (values
  (1, 'txn', 'txid', false, 'txid', 'txid is not null'),
  (2, 'txn', 'place', true, 'round, intra', null),
  (3, 'participant', 'addr', true, 'addr, round', null),
  (4, 'log', 'app', true, 'app, round, intra, idx', null),
  (5, 'txn', 'asset', false, 'asset, round', 'asset is not null'),
  (6, 'txn', 'app', false, 'app, round', 'app is not null'),
  (7, 'txn', 'created', false, 'created', 'created is not null'),
  (8, 'block', 'round', true, 'round', null),
  (9, 'block', 'time', false, 'time', null),
  (10, 'state_change', 'app', false, 'app, round', null),
  (11, 'box_ref', 'app', false, 'app, name, round', null)
) as v (id, tab, name, uniq, cols, cond);

create or replace function chain.add_partition(n integer) returns void language plpgsql as $$
declare
  t text;
  low bigint := n * chain.partition_rounds();
  high bigint := low + chain.partition_rounds();
begin
  perform pg_advisory_xact_lock(7020943163721234549); -- workers of a back-fill make partitions at the same time
  foreach t in array chain.big_tables() loop
    if to_regclass(format('chain.%I', t || '_p' || n)) is null then
      execute format('create table chain.%I (like chain.%I including defaults including storage)', t || '_p' || n, t);
      execute format('alter table chain.%I attach partition chain.%I for values from (%s) to (%s)', t, t || '_p' || n, low, high);
    end if;
  end loop;
  insert into chain.partition (id) values (n) on conflict do nothing;
end $$;

create or replace function chain.attach_server(n integer, server text) returns void language plpgsql as $$
declare
  tables constant text[] := chain.big_tables();
  low bigint := n * chain.partition_rounds();
  high bigint := low + chain.partition_rounds();
  t text;
  b record;
  other bytea;
begin
  execute format('import foreign schema chain limit to (%s) from server %I into chain',
                 (select string_agg(quote_ident(x || '_p' || n), ', ') from unnest(tables) as x), server);
  execute format('select count(*) as n, min(round) as first, max(round) as last, (array_agg(prev order by round))[1] as prev,'
                 ' (array_agg(hash order by round desc))[1] as hash from chain.%I', 'block_p' || n) into b;
  if b.n <> high - low or b.first <> low or b.last <> high - 1 then
    raise exception 'server % has not all rounds of partition %: % of them, % to %', server, n, b.n, b.first, b.last;
  end if;
  select hash into other from chain.block where round = low - 1;
  if other <> b.prev then
    raise exception 'round % on server % does not follow round % here: another chain', low, server, low - 1;
  end if;
  select prev into other from chain.block where round = high;
  if other <> b.hash then
    raise exception 'round % here does not follow round % on server %: another chain', high, high - 1, server;
  end if;
  foreach t in array tables loop
    execute format('alter table chain.%I attach partition chain.%I for values from (%s) to (%s)', t, t || '_p' || n, low, high);
  end loop;
  insert into chain.partition (id, indexed) values (n, true);
end $$;

create or replace function chain.publish(name text) returns void language plpgsql as $$
declare
  t regclass;
begin
  if not exists (select from pg_publication where pubname = name) then
    execute format('create publication %I with (publish_via_partition_root = true)', name);
  end if;
  for t in
    select c.oid from pg_class as c
    where c.relkind in ('r', 'p') and not c.relispartition
      and (c.relnamespace = 'chain'::regnamespace and c.relname not in ('migration', 'partition', 'contract_schema')
           or c.relnamespace = 'state'::regnamespace
           or c.relnamespace in (select to_regnamespace(quote_ident(contract)) from chain.contract_schema)
           or c.relnamespace in (select to_regnamespace(quote_ident(contract)) from chain.event_table))
      and not exists (select from pg_publication_rel as r join pg_publication as p on p.oid = r.prpubid and p.pubname = name
                      where r.prrelid = c.oid)
  loop
    execute format('alter publication %I add table %s', name, t);
  end loop;
end $$;

create or replace view chain.partition_table as
select p.id, parent.relname::text as parent, child.relname::text as name, i.inhparent is not null as attached,
       coalesce(i.inhdetachpending, false) as pending, child.relkind = 'f' as is_foreign
from chain.partition as p
cross join unnest(chain.big_tables()) as t (name)
join pg_class as parent on parent.relnamespace = 'chain'::regnamespace and parent.relname = t.name
join pg_class as child on child.relnamespace = 'chain'::regnamespace and child.relname = t.name || '_p' || p.id
left join pg_inherits as i on i.inhparent = parent.oid and i.inhrelid = child.oid;

do $$
declare
  p record;
begin
  for p in select * from chain.partition where exists (select from pg_class where oid = to_regclass('chain.block_p' || id) and relkind = 'r') loop
    perform chain.add_partition(p.id);
    if p.indexed then
      perform chain.index_partition(p.id, 11);
    end if;
  end loop;
end $$;
