-- Ranges of rounds that several workers fill side by side, on one machine or many; the follower takes over behind them.
--
-- A worker claims a range with select ... for update skip locked, in a transaction that it keeps open: a worker that
-- dies gives its range back by that alone. How far a range is stands in a table of its own, moved with each batch.

create table chain.backfill (
  first bigint primary key check (first >= 0),
  last bigint not null check (last >= first)
);
comment on table chain.backfill is 'Ranges of rounds that workers fill side by side; empty when none is under way';
comment on column chain.backfill.first is 'first round of the range';
comment on column chain.backfill.last is 'its last round';

create table chain.backfill_progress (
  first bigint primary key references chain.backfill on delete cascade,
  next_round bigint not null,
  first_prev bytea check (octet_length(first_prev) = 32),
  last_hash bytea check (octet_length(last_hash) = 32)
);
comment on table chain.backfill_progress is 'How far each range of chain.backfill is, moved in the transaction that writes the blocks';
comment on column chain.backfill_progress.first is 'first round of the range';
comment on column chain.backfill_progress.next_round is 'first round of the range that is not in the database yet; behind its last round when it is filled';
comment on column chain.backfill_progress.first_prev is 'what the range''s first block says of the header hash before it';
comment on column chain.backfill_progress.last_hash is 'header hash of the round before next_round; null before the first block';

alter table chain.contract add column behind bigint;
comment on column chain.contract.behind is 'first round whose events are not in the contract''s tables though its blocks are here; null: none. They are read from chain.log when the application is followed again';

-- A partition is made as a table and attached: creating it in place would lock the whole table against its readers
-- behind the longest query.
create or replace function chain.add_partition(n integer) returns void language plpgsql as $$
declare
  t text;
  low bigint := n * chain.partition_rounds();
  high bigint := low + chain.partition_rounds();
begin
  perform pg_advisory_xact_lock(7020943163721234549); -- workers of a back-fill make partitions at the same time
  if exists (select from chain.partition where id = n) then
    return;
  end if;
  foreach t in array array['block', 'txn', 'participant', 'log', 'state_change'] loop
    execute format('create table chain.%I (like chain.%I including defaults including storage)', t || '_p' || n, t);
    execute format('alter table chain.%I attach partition chain.%I for values from (%s) to (%s)', t, t || '_p' || n, low, high);
  end loop;
  insert into chain.partition (id) values (n);
end $$;
comment on function chain.add_partition is 'makes partition n of the big tables, without indexes; readers are not held up';

-- Dropping a partition in place would lock the table against its readers: algorent-indexer retain detaches it first.
drop function chain.drop_partition(integer);

create view chain.partition_table as
select p.id, parent.relname::text as parent, child.relname::text as name, i.inhparent is not null as attached,
       coalesce(i.inhdetachpending, false) as pending
from chain.partition as p
cross join (values ('block'), ('txn'), ('participant'), ('log'), ('state_change')) as t (name)
join pg_class as parent on parent.relnamespace = 'chain'::regnamespace and parent.relname = t.name
join pg_class as child on child.relnamespace = 'chain'::regnamespace and child.relname = t.name || '_p' || p.id
left join pg_inherits as i on i.inhparent = parent.oid and i.inhrelid = child.oid;
comment on view chain.partition_table is 'The tables of each partition: whether they are attached to the big ones, or are on their way out';
comment on column chain.partition_table.id is 'partition';
comment on column chain.partition_table.parent is 'the big table';
comment on column chain.partition_table.name is 'the partition''s own table';
comment on column chain.partition_table.attached is 'whether it is a part of the big table';
comment on column chain.partition_table.pending is 'whether a detachment was begun and interrupted';
