-- Beyond one server: partitions that lie on another one (postgres_fdw), and what a read replica subscribes to.

create or replace function chain.add_partition(n integer) returns void language plpgsql as $$
declare
  t text;
  low bigint := n * chain.partition_rounds();
  high bigint := low + chain.partition_rounds();
begin
  perform pg_advisory_xact_lock(7020943163721234549); -- workers of a back-fill make partitions at the same time
  foreach t in array array['block', 'txn', 'participant', 'log', 'state_change'] loop
    if to_regclass(format('chain.%I', t || '_p' || n)) is null then
      execute format('create table chain.%I (like chain.%I including defaults including storage)', t || '_p' || n, t);
      execute format('alter table chain.%I attach partition chain.%I for values from (%s) to (%s)', t, t || '_p' || n, low, high);
    end if;
  end loop;
  insert into chain.partition (id) values (n) on conflict do nothing;
end $$;

create function chain.attach_server(n integer, server text) returns void language plpgsql as $$
declare
  tables constant text[] := array['block', 'txn', 'participant', 'log', 'state_change'];
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
comment on function chain.attach_server is 'partition n lies on another server, filled there by an indexer of its own with the same scope and partitions (docs/scale.md)';

create function chain.publish(name text) returns void language plpgsql as $$
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
           or c.relnamespace in (select to_regnamespace(quote_ident(contract)) from chain.contract_schema))
      and not exists (select from pg_publication_rel as r join pg_publication as p on p.oid = r.prpubid and p.pubname = name
                      where r.prrelid = c.oid)
  loop
    execute format('alter publication %I add table %s', name, t);
  end loop;
end $$;
comment on function chain.publish is 'a publication of all tables for read replicas by logical replication; called again, it adds the tables of contracts that came since';

create or replace view chain.partition_table as
select p.id, parent.relname::text as parent, child.relname::text as name, i.inhparent is not null as attached,
       coalesce(i.inhdetachpending, false) as pending, child.relkind = 'f' as is_foreign
from chain.partition as p
cross join (values ('block'), ('txn'), ('participant'), ('log'), ('state_change')) as t (name)
join pg_class as parent on parent.relnamespace = 'chain'::regnamespace and parent.relname = t.name
join pg_class as child on child.relnamespace = 'chain'::regnamespace and child.relname = t.name || '_p' || p.id
left join pg_inherits as i on i.inhparent = parent.oid and i.inhrelid = child.oid;
comment on column chain.partition_table.is_foreign is 'whether it lies on another server';
