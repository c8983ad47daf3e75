-- What verify compares in SQL: kept sums with the events they are made of, and the schema state with what a node says of an account.

create function chain.unlike(a jsonb, b jsonb, a_is text, b_is text) returns text language sql immutable parallel safe as $$
  select string_agg(format('%s is %s %s, %s %s', k, coalesce(left(a ->> k, 70), 'nothing'), a_is, coalesce(left(b ->> k, 70), 'nothing'), b_is), '; ' order by k)
  from (select distinct jsonb_object_keys(coalesce(a, '{}') || coalesce(b, '{}')) as k) as keys
  where case when a -> k in ('null', '0', '""', '"\\x"', 'false', '{}') then null else a -> k end
    is distinct from case when b -> k in ('null', '0', '""', '"\\x"', 'false', '{}') then null else b -> k end
$$;
comment on function chain.unlike is 'in which members two objects differ, as text; null: in none. What is zero or empty may be left out';

create function chain.recount(contract text) returns setof text language plpgsql stable set search_path = pg_catalog set work_mem = '64MB' as $$
declare
  t record;
  keys text;
  shown text;
  unlike text;
begin
  for t in
    select k.oid, k.relname as kept, v.relname as counted from pg_class as k
    join pg_class as v on v.relnamespace = k.relnamespace and v.relkind = 'v' and v.relname = 'recount' || substr(k.relname, 4)
    where k.relnamespace = to_regnamespace(quote_ident(contract)) and k.relkind in ('r', 'p') and k.relname like 'sum\_%' order by k.relname
  loop
    select string_agg(quote_ident(a.attname), ', ' order by a.attnum) filter (where i.indrelid is not null),
           string_agg(format(case when a.atttypid = 'bytea'::regtype then 'chain.addr(%I)' else '%I' end, a.attname), ', ' order by a.attnum) filter (where i.indrelid is not null),
           string_agg(format('k.%1$I is distinct from c.%1$I', a.attname), ' or ' order by a.attnum)
    into keys, shown, unlike from pg_attribute as a left join pg_index as i on i.indrelid = a.attrelid and i.indisprimary and a.attnum = any (i.indkey)
    where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped;
    return query execute format(
      'select format(''%%s.%%s (%%s): %%s'', %1$L, %2$L, concat_ws('', '', %5$s), chain.unlike(to_jsonb(c), to_jsonb(k), ''by the events'', ''in the table''))
       from %1$I.%2$I as k full join %1$I.%3$I as c using (%4$s) where %6$s limit 100', contract, t.kept, t.counted, keys, shown, unlike);
  end loop;
end $$;
comment on function chain.recount is 'how the sums that are kept of a contract (sum_*) differ from what the events say (recount_*), a line a row; reads every event';

create function state.values_of(pairs jsonb) returns jsonb language sql immutable parallel safe as $$
  select coalesce(jsonb_object_agg(p ->> 'key', case when p #>> '{value,type}' = '1'
    then jsonb_strip_nulls(jsonb_build_object('tt', 1, 'tb', nullif(p #>> '{value,bytes}', '')))
    else jsonb_strip_nulls(jsonb_build_object('tt', 2, 'ui', nullif((p #>> '{value,uint}')::numeric, 0))) end), '{}')
  from jsonb_array_elements(coalesce(nullif(pairs, 'null'), '[]')) as p
$$;
comment on function state.values_of is 'global or local state as algod tells it, as state.app.global and state.local.kv have it';

create function state.as_asset(p jsonb) returns jsonb language sql immutable parallel safe as $$
  select jsonb_build_object('there', true, 'total', p -> 'total', 'decimals', p -> 'decimals', 'default_frozen', p -> 'default-frozen',
    'unit_name', coalesce(decode(p ->> 'unit-name-b64', 'base64'), convert_to(p ->> 'unit-name', 'UTF8')),
    'name', coalesce(decode(p ->> 'name-b64', 'base64'), convert_to(p ->> 'name', 'UTF8')),
    'url', coalesce(decode(p ->> 'url-b64', 'base64'), convert_to(p ->> 'url', 'UTF8')),
    'metadata_hash', decode(p ->> 'metadata-hash', 'base64'),
    'manager', chain.addr(nullif(p ->> 'manager', '')), 'reserve', chain.addr(nullif(p ->> 'reserve', '')),
    'freezer', chain.addr(nullif(p ->> 'freeze', '')), 'clawback', chain.addr(nullif(p ->> 'clawback', '')))
$$;
comment on function state.as_asset is 'parameters of an asset as algod tells them, as state.asset has them';

create function state.as_app(p jsonb) returns jsonb language sql immutable parallel safe as $$
  select jsonb_build_object('there', true, 'approval', decode(p ->> 'approval-program', 'base64'), 'clear', decode(p ->> 'clear-state-program', 'base64'),
    'global', state.values_of(p -> 'global-state'),
    'global_uints', p #> '{global-state-schema,num-uint}', 'global_bytes', p #> '{global-state-schema,num-byte-slice}',
    'local_uints', p #> '{local-state-schema,num-uint}', 'local_bytes', p #> '{local-state-schema,num-byte-slice}',
    'extra_pages', p -> 'extra-program-pages', 'version', p -> 'version')
$$;
comment on function state.as_app is 'parameters of an application as algod tells them, as state.app has them';

create function state.as_account(a jsonb) returns jsonb language sql immutable parallel safe as $$
  select jsonb_build_object('microalgos', a -> 'amount-without-pending-rewards',
    'rewarded', coalesce((a ->> 'rewards')::numeric, 0) - coalesce((a ->> 'pending-rewards')::numeric, 0),
    'status', array_position(array['Offline', 'Online', 'Not Participating'], a ->> 'status') - 1,
    'auth_addr', chain.addr(nullif(a ->> 'auth-addr', '')), 'incentive_eligible', a -> 'incentive-eligible',
    'last_heartbeat', a -> 'last-heartbeat', 'last_proposed', a -> 'last-proposed',
    'vote_id', decode(a #>> '{participation,vote-participation-key}', 'base64'),
    'selection_id', decode(a #>> '{participation,selection-participation-key}', 'base64'),
    'state_proof_id', decode(a #>> '{participation,state-proof-key}', 'base64'),
    'vote_first', a #> '{participation,vote-first-valid}', 'vote_last', a #> '{participation,vote-last-valid}',
    'vote_key_dilution', a #> '{participation,vote-key-dilution}',
    'assets', a -> 'total-assets-opted-in', 'created_assets', a -> 'total-created-assets',
    'apps', a -> 'total-apps-opted-in', 'created_apps', a -> 'total-created-apps',
    'schema_uints', a #> '{apps-total-schema,num-uint}', 'schema_bytes', a #> '{apps-total-schema,num-byte-slice}',
    'extra_pages', a -> 'apps-total-extra-pages', 'boxes', a -> 'total-boxes', 'box_bytes', a -> 'total-box-bytes')
$$;
comment on function state.as_account is 'an account as algod tells of it, as state.account has it';

create function state.differences(answer jsonb) returns setof text language plpgsql stable set search_path = pg_catalog as $$
declare
  address constant text := answer ->> 'address';
  who constant bytea := chain.addr(address);
  times constant text[] := array['addr', 'id', 'asset', 'app', 'creator', 'rewards_base', 'deleted', 'created_at', 'closed_at'];
begin
  return query select format('account %s: %s', address, d) from (
    select chain.unlike(state.as_account(answer),
      (select to_jsonb(a) - times from state.account as a where a.addr = who and not a.deleted), 'at the node', 'in state.account') as d) as x where d is not null;
  return query select format('holding of asset %s by %s: %s', id, address, d) from (
    select coalesce(n.id, k.asset) as id, chain.unlike(n.has, to_jsonb(k) - times || '{"there": true}', 'at the node', 'in state.holding') as d
    from (select (x ->> 'asset-id')::bigint as id, jsonb_build_object('there', true, 'amount', x -> 'amount', 'frozen', x -> 'is-frozen') as has
          from jsonb_array_elements(coalesce(nullif(answer -> 'assets', 'null'), '[]')) as x) as n
    full join (select * from state.holding as h where h.addr = who and not h.deleted) as k on k.asset = n.id) as x where d is not null;
  return query select format('local state of application %s, account %s: %s', id, address, d) from (
    select coalesce(n.id, k.app) as id, chain.unlike(n.has, to_jsonb(k) - times || '{"there": true}', 'at the node', 'in state.local') as d
    from (select (x ->> 'id')::bigint as id, jsonb_build_object('there', true, 'kv', state.values_of(x -> 'key-value'),
            'uints', x #> '{schema,num-uint}', 'bytes', x #> '{schema,num-byte-slice}') as has
          from jsonb_array_elements(coalesce(nullif(answer -> 'apps-local-state', 'null'), '[]')) as x) as n
    full join (select * from state.local as l where l.addr = who and not l.deleted) as k on k.app = n.id) as x where d is not null;
  return query select format('asset %s of %s: %s', id, address, d) from (
    select coalesce(n.id, k.id) as id, chain.unlike(n.has, to_jsonb(k) - times || '{"there": true}', 'at the node', 'in state.asset') as d
    from (select (x ->> 'index')::bigint as id, state.as_asset(x -> 'params') as has
          from jsonb_array_elements(coalesce(nullif(answer -> 'created-assets', 'null'), '[]')) as x) as n
    full join (select * from state.asset as a where a.creator = who and not a.deleted) as k on k.id = n.id) as x where d is not null;
  return query select format('application %s of %s: %s', id, address, d) from (
    select coalesce(n.id, k.id) as id, chain.unlike(n.has, to_jsonb(k) - times || '{"there": true}', 'at the node', 'in state.app') as d
    from (select (x ->> 'id')::bigint as id, state.as_app(x -> 'params') as has
          from jsonb_array_elements(coalesce(nullif(answer -> 'created-apps', 'null'), '[]')) as x) as n
    full join (select * from state.app as a where a.creator = who and not a.deleted) as k on k.id = n.id) as x where d is not null;
end $$;
comment on function state.differences is 'how the schema state differs from what algod answers to GET /v2/accounts/ADDRESS at the same round: a line a row';
