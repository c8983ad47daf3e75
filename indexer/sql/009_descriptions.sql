-- Whose events the schema of an ARC-56 description holds: two contracts of one name are not read into the same tables.
-- And Algorand's hash by pgcrypto where that is at hand: a millisecond an address was the most of many questions' time.

create table chain.event_schema (
  contract text primary key,
  name text not null,
  description bytea not null check (octet_length(description) = 32)
);
comment on table chain.event_schema is 'From which description the tables of a schema were made';
comment on column chain.event_schema.contract is 'schema of its tables, as in chain.event_table';
comment on column chain.event_schema.name is 'the contract''s name in the file';
comment on column chain.event_schema.description is 'SHA-256 of the file that was given last';

do $$
declare
  where_it_is text;
begin
  begin
    if not exists (select from pg_catalog.pg_extension where extname = 'pgcrypto') then
      create extension pgcrypto schema chain;
    end if;
    select extnamespace::regnamespace::text into where_it_is from pg_catalog.pg_extension where extname = 'pgcrypto';
    execute format('create or replace function chain.sha512_256(message bytea) returns bytea language sql immutable strict parallel safe'
                   ' return %s.digest(message, ''sha512-256'')', where_it_is);
    if chain.sha512_256('abc') is distinct from '\x53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23'::bytea then
      raise exception 'not the same hash';
    end if;
  exception when others then
    null; -- no such library, or no leave to make the extension: the function of migration 2 stays as it is
  end;
end $$;
