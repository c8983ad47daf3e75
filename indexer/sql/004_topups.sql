-- Topups: extensions of rentals that a smart signature paid for. Its deposit stands right before the call that extends, has
-- the lease 'algorent/topup/1' || application || rental, and is the renter's own. The contract's tables come when the
-- first market is named, behind the migrations: so this is a function that looks at them when it is called.

create function chain.topups(market bigint)
returns table (rental numeric, round bigint, intra integer, ts bigint, renter bytea, submitter bytea, amount numeric, txid bytea)
language plpgsql stable parallel safe as $$
begin
  return query
    select e.rental, e.round, e.intra, e.ts, t.sender, e.by, t.amount, t.txid
    from rental.rental_extended as e join chain.txn as t on t.round = e.round and t.intra = e.intra - 1
    where e.app = market and t.type in (1, 4)
      and position('algorent/topup/1'::bytea || int8send(e.app) || chain.be64(e.rental) in chain.raw(t.round, t.intra)) > 0
    order by e.round, e.intra;
end $$;
comment on function chain.topups is 'extensions of a market''s rentals that topups paid for: whose money, who submitted, how much';

create function chain.be64(n numeric) returns bytea language sql immutable strict parallel safe as $$
  select decode(lpad(to_hex(div(n, 4294967296)::bigint), 8, '0') || lpad(to_hex(mod(n, 4294967296)::bigint), 8, '0'), 'hex')
$$;
comment on function chain.be64 is 'a number below 2^64 as 8 bytes, the highest first: as ids stand in box names, arguments and leases';
