-- What everyone has, at the round of the cursor: kept from the state deltas of a follower node (--state).
--
-- Rows stay when what they tell of goes (deleted, closed_at), but for boxes. Writers fill the staging tables st_* of their own
-- session and call chain.apply_state in the transaction of their batch.

alter table chain.cursor add column state boolean not null default false;
comment on column chain.cursor.state is 'whether the schema state is kept, as given with --state when the database was made';

create schema state;
comment on schema state is 'Accounts, holdings, assets, applications, local states and boxes at the round before chain.cursor.next_round; empty without --state';

create table state.account (
  addr bytea primary key check (octet_length(addr) = 32),
  microalgos numeric(20) not null,
  rewards_base numeric(20) not null,
  rewarded numeric(20) not null,
  status smallint not null,
  auth_addr bytea,
  incentive_eligible boolean not null,
  last_heartbeat bigint not null,
  last_proposed bigint not null,
  vote_id bytea,
  selection_id bytea,
  state_proof_id bytea,
  vote_first numeric(20) not null,
  vote_last numeric(20) not null,
  vote_key_dilution numeric(20) not null,
  assets numeric(20) not null,
  created_assets numeric(20) not null,
  apps numeric(20) not null,
  created_apps numeric(20) not null,
  schema_uints numeric(20) not null,
  schema_bytes numeric(20) not null,
  extra_pages numeric(20) not null,
  boxes numeric(20) not null,
  box_bytes numeric(20) not null,
  deleted boolean not null,
  created_at bigint not null,
  closed_at bigint
);
comment on table state.account is 'One row an account that ever was';
comment on column state.account.addr is 'address, 32 bytes';
comment on column state.account.microalgos is 'balance, microAlgos, without rewards not claimed yet';
comment on column state.account.rewards_base is 'rewards level at its last change';
comment on column state.account.rewarded is 'rewards claimed since it was opened, microAlgos';
comment on column state.account.status is '0 offline, 1 online, 2 not participating';
comment on column state.account.auth_addr is 'who signs for it, where it was rekeyed';
comment on column state.account.assets is 'holdings';
comment on column state.account.apps is 'local states';
comment on column state.account.boxes is 'boxes of the application whose account it is';
comment on column state.account.deleted is 'closed: it has nothing any more';
comment on column state.account.created_at is 'round of its first appearance';
comment on column state.account.closed_at is 'round of its last closing';

create table state.holding (
  addr bytea not null check (octet_length(addr) = 32),
  asset bigint not null,
  amount numeric(20) not null,
  frozen boolean not null,
  deleted boolean not null,
  created_at bigint not null,
  closed_at bigint,
  primary key (addr, asset)
);
create index on state.holding (asset) where not deleted;
comment on table state.holding is 'Who holds, or held, which asset';
comment on column state.holding.amount is 'base units of the asset';
comment on column state.holding.created_at is 'round of the first opt-in';
comment on column state.holding.closed_at is 'round of the last opt-out';

create table state.asset (
  id bigint primary key check (id > 0),
  creator bytea not null,
  total numeric(20),
  decimals smallint,
  default_frozen boolean,
  unit_name bytea,
  name bytea,
  url bytea,
  metadata_hash bytea,
  manager bytea,
  reserve bytea,
  freezer bytea,
  clawback bytea,
  deleted boolean not null,
  created_at bigint not null,
  closed_at bigint
);
create index on state.asset (creator);
comment on table state.asset is 'One row an asset; its parameters are null when it was destroyed';
comment on column state.asset.total is 'base units';
comment on column state.asset.name is 'any bytes: chain.utf8 shows them';

create table state.app (
  id bigint primary key check (id > 0),
  creator bytea not null,
  approval bytea,
  clear bytea,
  global jsonb,
  global_uints bigint,
  global_bytes bigint,
  local_uints bigint,
  local_bytes bigint,
  extra_pages bigint,
  version bigint,
  deleted boolean not null,
  created_at bigint not null,
  closed_at bigint
);
create index on state.app (creator);
comment on table state.app is 'One row an application; its programs and state are null when it was deleted';
comment on column state.app.global is 'global state: keys in base64, as {"tt": 1, "tb": base64} bytes or {"tt": 2, "ui": number} integers, zeros left out';

create table state.local (
  addr bytea not null check (octet_length(addr) = 32),
  app bigint not null,
  kv jsonb,
  uints bigint,
  bytes bigint,
  deleted boolean not null,
  created_at bigint not null,
  closed_at bigint,
  primary key (addr, app)
);
create index on state.local (app) where not deleted;
comment on table state.local is 'Local states: who opted into which application';
comment on column state.local.kv is 'as state.app.global';

create table state.box (
  app bigint not null,
  name bytea not null,
  value bytea not null,
  changed_at bigint not null,
  primary key (app, name)
);
alter table state.box alter column value set storage external;
comment on table state.box is 'Boxes that are there';
comment on column state.box.changed_at is 'round of the last change';

-- The staging tables of a session: rows of one batch, several of one key, in the order of their rounds (at) and of seq within one.
create function chain.stage_state() returns void language plpgsql as $$
declare
  t text;
begin
  foreach t in array array['account', 'holding', 'asset', 'app', 'local'] loop
    execute format('create temp table %I (like state.%I, seq bigint not null, at bigint not null) on commit delete rows', 'st_' || t, t);
    execute format('alter table pg_temp.%I drop column created_at, drop column closed_at', 'st_' || t);
  end loop;
  create temp table st_box (app bigint, name bytea, value bytea, seq bigint, at bigint) on commit delete rows;
end $$;
comment on function chain.stage_state is 'makes the session''s own staging tables; the indexer calls it';

create function chain.apply_state() returns void language plpgsql set search_path = pg_catalog as $$
declare
  t record;
  cols text;
  sets text;
begin
  for t in select * from (values ('account', 'addr'), ('holding', 'addr, asset'), ('asset', 'id'), ('app', 'id'), ('local', 'addr, app')) as v (name, key) loop
    select string_agg(quote_ident(attname), ', ' order by attnum),
           string_agg(format('%1$I = excluded.%1$I', attname), ', ' order by attnum)
    into cols, sets from pg_attribute
    where attrelid = ('state.' || t.name)::regclass and attnum > 0 and not attisdropped and attname not in ('created_at', 'closed_at');
    execute format(
      'insert into state.%1$I (%2$s, created_at, closed_at)
       select distinct on (%3$s) %2$s, min(at) over w, max(at) filter (where deleted) over w
       from pg_temp.%4$I window w as (partition by %3$s) order by %3$s, at desc, seq desc
       on conflict (%3$s) do update set %5$s, closed_at = coalesce(excluded.closed_at, state.%1$I.closed_at)',
      t.name, cols, t.key, 'st_' || t.name, sets);
  end loop;
  insert into state.box select distinct on (app, name) app, name, coalesce(value, ''), at from pg_temp.st_box order by app, name, at desc, seq desc
  on conflict (app, name) do update set value = excluded.value, changed_at = excluded.changed_at;
  delete from state.box as b using (select distinct on (app, name) app, name, value from pg_temp.st_box order by app, name, at desc, seq desc) as s
  where s.value is null and b.app = s.app and b.name = s.name;
end $$;
comment on function chain.apply_state is 'moves the staged changes into the schema state; the indexer calls it';

create view state.account_text as
select chain.addr(addr) as address, microalgos, rewarded, (array['offline', 'online', 'not participating'])[status + 1] as status,
  chain.addr(auth_addr) as auth_addr, assets, created_assets, apps, created_apps, boxes, deleted, created_at, closed_at
from state.account;
comment on view state.account_text is 'state.account for people';
create view state.holding_text as
select chain.addr(addr) as address, asset, amount, frozen, deleted, created_at, closed_at from state.holding;
comment on view state.holding_text is 'state.holding for people';
create view state.asset_text as
select id, chain.addr(creator) as creator, chain.utf8(name) as name, chain.utf8(unit_name) as unit_name, total, decimals, chain.utf8(url) as url,
  chain.addr(manager) as manager, chain.addr(reserve) as reserve, chain.addr(freezer) as freezer, chain.addr(clawback) as clawback, default_frozen, deleted, created_at, closed_at
from state.asset;
comment on view state.asset_text is 'state.asset for people';
