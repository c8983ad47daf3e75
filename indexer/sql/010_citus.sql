-- On a cluster of Citus: its planner does not look into functions in SQL that are given values, and a function that runs beside a
-- shard cannot ask for other shards. So these are in PL/pgSQL, and read the bytes they need themselves.

create or replace function chain.raw(r bigint, i integer) returns bytea language plpgsql stable strict parallel safe as $$
begin
  return (select substring(b.raw from t.raw_at + 1 for t.raw_length)
          from chain.txn as t join chain.block as b on b.round = t.round where t.round = r and t.intra = i);
end $$;

create or replace function chain.account_txns(account text, before bigint default 9223372036854775807, n integer default 100)
returns setof chain.txn language plpgsql stable as $$
declare
  whose constant bytea := chain.addr(account);
begin
  return query
    select t.* from (
      select p.round, i.intra from (
        select q.round, q.intras from chain.participant as q
        where q.addr = whose and q.round < before order by q.round desc limit n
      ) as p, unnest(p.intras) as i (intra)
      order by p.round desc, i.intra desc limit n
    ) as p join chain.txn as t on t.round = p.round and t.intra = p.intra
    order by t.round desc, t.intra desc;
end $$;

create or replace function chain.topups(market bigint)
returns table (rental numeric, round bigint, intra integer, ts bigint, renter bytea, submitter bytea, amount numeric, txid bytea)
language plpgsql stable parallel safe as $$
begin
  return query
    select e.rental, e.round, e.intra, e.ts, t.sender, e.by, t.amount, t.txid
    from rental.rental_extended as e
    join chain.txn as t on t.round = e.round and t.intra = e.intra - 1
    join chain.block as b on b.round = t.round
    where e.app = market and t.type in (1, 4)
      and position('algorent/topup/1'::bytea || int8send(e.app) || chain.be64(e.rental) in
                   substring(b.raw from t.raw_at + 1 for t.raw_length)) > 0
    order by e.round, e.intra;
end $$;
