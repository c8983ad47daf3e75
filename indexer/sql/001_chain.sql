-- The chain as it is, whatever runs on it: blocks, transactions, who takes part, logs, state changes; and the cursor.
--
-- One row of chain.cursor says which round comes next; every batch of blocks moves it in its own transaction, so the
-- tables are always those of a whole number of blocks. The big tables are cut by round into partitions of
-- chain.partition_rounds() rounds; a partition's indexes are made by chain.index_partition, which the indexer calls
-- once it has caught up for the first time, and at once for every later partition. The schema chain itself and
-- chain.migration are there already: the program makes them before the first migration.

comment on schema chain is 'The chain as algorent-indexer reads it from algod: blocks, transactions, participants, logs, state changes';

create table chain.cursor (
  only_row boolean primary key default true check (only_row),
  next_round bigint not null check (next_round >= 0),
  last_hash bytea check (octet_length(last_hash) = 32),
  genesis_id text not null,
  genesis_hash bytea not null check (octet_length(genesis_hash) = 32),
  scope text not null
);
comment on table chain.cursor is 'Where the indexer stands: one row, moved in the transaction that writes the blocks';
comment on column chain.cursor.next_round is 'first round that is not in the database yet';
comment on column chain.cursor.last_hash is 'header hash of the round before next_round; null before the first block';
comment on column chain.cursor.genesis_id is 'name of the network';
comment on column chain.cursor.genesis_hash is 'SHA-512/256 of the genesis: the network''s identity, 32 bytes';
comment on column chain.cursor.scope is 'which transactions are kept, as given with --scope when the database was made';

create table chain.contract (
  app bigint primary key check (app > 0),
  contract text not null
);
comment on table chain.contract is 'Applications whose events are read into the tables of their contract''s schema';
comment on column chain.contract.app is 'application id';
comment on column chain.contract.contract is 'contract, and name of its schema';

create table chain.contract_schema (
  contract text primary key,
  sql_hash bytea not null
);
comment on table chain.contract_schema is 'Contracts whose tables are here';
comment on column chain.contract_schema.contract is 'contract, and name of its schema';
comment on column chain.contract_schema.sql_hash is 'SHA-256 of the statements that made its tables and views';

create table chain.partition (
  id integer primary key check (id >= 0),
  indexed boolean not null default false
);
comment on table chain.partition is 'Partitions of the big tables; partition id holds the rounds from id * chain.partition_rounds()';
comment on column chain.partition.indexed is 'whether its indexes are in place: they are made after the first load';

create table chain.block (
  round bigint not null,
  time timestamptz not null,
  txn_counter bigint not null,
  txns integer not null,
  inner_txns integer not null,
  hash bytea not null,
  prev bytea not null,
  proposer bytea,
  payout numeric(20) not null,
  fees_collected numeric(20) not null,
  bonus numeric(20) not null,
  rewards_level numeric(20) not null,
  protocol text not null,
  expired bytea[],
  absent bytea[],
  raw bytea
) partition by range (round);
alter table chain.block alter column raw set storage external;
comment on table chain.block is 'One row a round';
comment on column chain.block.round is 'round number';
comment on column chain.block.time is 'the block''s own time stamp, to the second';
comment on column chain.block.txn_counter is 'tc: transactions of the chain up to this block, inner ones included (new asset and application ids come from it)';
comment on column chain.block.txns is 'top-level transactions in the block, kept by the scope or not';
comment on column chain.block.inner_txns is 'inner transactions in the block, kept by the scope or not';
comment on column chain.block.hash is 'header hash, SHA-512/256, 32 bytes';
comment on column chain.block.prev is 'header hash of the round before, 32 bytes; zeros in round 0';
comment on column chain.block.proposer is 'address of the proposer, 32 bytes; null where the block names none';
comment on column chain.block.payout is 'paid to the proposer without a transaction, microAlgos';
comment on column chain.block.fees_collected is 'fees of the block''s transactions, microAlgos';
comment on column chain.block.bonus is 'bonus of the round, microAlgos';
comment on column chain.block.rewards_level is 'earn: microAlgos of rewards per reward unit since genesis';
comment on column chain.block.protocol is 'consensus version';
comment on column chain.block.expired is 'accounts taken offline because their participation keys expired';
comment on column chain.block.absent is 'accounts suspended for absence';
comment on column chain.block.raw is 'the answer of GET /v2/blocks/{round}?format=msgpack, certificate included; under a narrower scope the kept top-level transactions, one after another';

create table chain.txn (
  round bigint not null,
  app bigint,
  created bigint,
  asset bigint,
  intra integer not null,
  parent integer,
  raw_at integer not null,
  raw_length integer not null,
  type smallint not null,
  on_completion smallint,
  txid bytea,
  sender bytea not null,
  fee numeric(20) not null,
  receiver bytea,
  amount numeric(20),
  asset_sender bytea,
  close_to bytea,
  close_amount numeric(20),
  rekey_to bytea,
  group_id bytea,
  selector bytea,
  note bytea,
  inner_id bytea
) partition by range (round);
comment on table chain.txn is 'One row a transaction, inner ones included';
comment on column chain.txn.round is 'round number';
comment on column chain.txn.app is 'application called; null at its creation and for other types';
comment on column chain.txn.created is 'id of the asset or application that it created';
comment on column chain.txn.intra is 'place in the block from 0, inner transactions counted right behind the one that made them';
comment on column chain.txn.parent is 'intra of the transaction that made this inner one; null at top level';
comment on column chain.txn.raw_at is 'offset of its bytes in chain.block.raw (chain.raw(round, intra) reads them)';
comment on column chain.txn.raw_length is 'length of its bytes, inner transactions included';
comment on column chain.txn.type is '1 pay, 2 keyreg, 3 acfg, 4 axfer, 5 afrz, 6 appl, 7 stpf, 8 hb, 0 a type that this version does not know';
comment on column chain.txn.on_completion is 'appl: 0 NoOp, 1 OptIn, 2 CloseOut, 3 ClearState, 4 UpdateApplication, 5 DeleteApplication';
comment on column chain.txn.txid is 'transaction id, 32 bytes; null for an inner one, as in the official indexer';
comment on column chain.txn.sender is 'address, 32 bytes';
comment on column chain.txn.fee is 'microAlgos';
comment on column chain.txn.receiver is 'pay and axfer: address, 32 bytes (zeros where none was given); afrz: the account; hb: the account';
comment on column chain.txn.amount is 'pay: microAlgos; axfer: base units of the asset';
comment on column chain.txn.asset is 'asset moved, configured or frozen; null at its creation, for other types, and for a number from 2^63, which no asset has but a transfer of nothing may name';
comment on column chain.txn.asset_sender is 'axfer by the clawback address: whom it was taken from';
comment on column chain.txn.close_to is 'pay and axfer: who got what was left';
comment on column chain.txn.close_amount is 'what was left, microAlgos or base units; null without close_to';
comment on column chain.txn.rekey_to is 'the sender''s new signing address';
comment on column chain.txn.group_id is 'group, 32 bytes';
comment on column chain.txn.selector is 'appl: first argument where it has 4 bytes, the ARC-4 method';
comment on column chain.txn.note is 'note, any bytes';
comment on column chain.txn.inner_id is 'id of an inner transaction, as the AVM''s TxID field gives it, 32 bytes';

create table chain.participant (
  round bigint not null,
  addr bytea not null,
  intras integer[] not null
) partition by range (round);
comment on table chain.participant is 'Who takes part in the transactions of a round: one row an account and round (view chain.participation: one a transaction)';
comment on column chain.participant.round is 'round number';
comment on column chain.participant.addr is 'address, 32 bytes';
comment on column chain.participant.intras is 'places in the block, ascending, as in chain.txn; a top-level transaction counts for the accounts of its inner ones too';

create table chain.log (
  round bigint not null,
  app bigint not null,
  intra integer not null,
  idx integer not null,
  data bytea not null
) partition by range (round);
comment on table chain.log is 'What applications logged, ARC-28 events and ARC-4 return values among it';
comment on column chain.log.round is 'round number';
comment on column chain.log.app is 'application that logged';
comment on column chain.log.intra is 'place in the block of the call, inner ones included, as in chain.txn';
comment on column chain.log.idx is 'number within the call, from 0';
comment on column chain.log.data is 'the bytes logged';

create table chain.state_change (
  round bigint not null,
  app bigint not null,
  value numeric(20),
  intra integer not null,
  action smallint not null,
  account bytea,
  key bytea not null,
  bytes bytea
) partition by range (round);
comment on table chain.state_change is 'Changes of applications'' global and local state';
comment on column chain.state_change.round is 'round number';
comment on column chain.state_change.app is 'application';
comment on column chain.state_change.value is 'new integer, where action is 2';
comment on column chain.state_change.intra is 'place in the block of the call, as in chain.txn';
comment on column chain.state_change.action is '1 set to bytes, 2 set to an integer, 3 deleted';
comment on column chain.state_change.account is 'whose local state, 32 bytes; null for global state';
comment on column chain.state_change.key is 'key, any bytes';
comment on column chain.state_change.bytes is 'new bytes, where action is 1';

-- Partitions. The indexer makes each ahead of its first block and fills it by name.

create function chain.partition_rounds() returns bigint language sql immutable parallel safe return 1000000;
comment on function chain.partition_rounds() is 'rounds in a partition';

create function chain.add_partition(n integer) returns void language plpgsql as $$
declare
  t text;
begin
  foreach t in array array['block', 'txn', 'participant', 'log', 'state_change'] loop
    execute format('create table if not exists chain.%I partition of chain.%I for values from (%s) to (%s)',
                   t || '_p' || n, t, n * chain.partition_rounds(), (n + 1) * chain.partition_rounds());
  end loop;
  insert into chain.partition (id) values (n) on conflict do nothing;
end $$;
comment on function chain.add_partition is 'makes partition n of the big tables, without indexes';

create view chain.index_plan as
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
  (10, 'state_change', 'app', false, 'app, round', null)
) as v (id, tab, name, uniq, cols, cond);
comment on view chain.index_plan is 'the indexes of each partition, those that take longest first';

create function chain.index_partition(n integer, which integer default null) returns void language plpgsql as $$
declare
  i record;
begin
  for i in select * from chain.index_plan where which is null or id = which order by id loop
    execute format('create %s index if not exists %I on chain.%I (%s) %s', case when i.uniq then 'unique' else '' end,
                   i.tab || '_p' || n || '_' || i.name, i.tab || '_p' || n, i.cols, coalesce('where ' || i.cond, ''));
  end loop;
end $$;
comment on function chain.index_partition is 'makes the indexes of partition n, one of chain.index_plan or all; those that are there stay';

create function chain.drop_partition(n integer) returns void language plpgsql as $$
declare
  t text;
begin
  foreach t in array array['block', 'txn', 'participant', 'log', 'state_change'] loop
    execute format('drop table if exists chain.%I', t || '_p' || n);
  end loop;
  delete from chain.partition where id = n;
end $$;
comment on function chain.drop_partition is 'forgets partition n: the contracts'' own tables keep what they learnt from it';
