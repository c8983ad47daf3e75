-- Events of any application by its ARC-56 description.

create table chain.event_table (
  contract text not null,
  signature text not null,
  event text not null,
  selector bytea not null check (octet_length(selector) = 4),
  tab text not null,
  columns text[] not null,
  primary key (contract, signature),
  unique (contract, tab)
);
comment on table chain.event_table is 'Tables made from ARC-56 descriptions: one a signature of an event';
comment on column chain.event_table.contract is 'schema that the table is in';
comment on column chain.event_table.signature is 'the event''s name and ARC-4 types, which its selector is made of';
comment on column chain.event_table.event is 'the event''s name; two signatures of one name are two tables';
comment on column chain.event_table.selector is 'first four bytes of a log: SHA-512/256 of the signature';
comment on column chain.event_table.tab is 'table';
comment on column chain.event_table.columns is 'columns of the arguments, in their order';

create table chain.event_app (
  contract text not null,
  app bigint not null check (app > 0),
  behind bigint,
  primary key (contract, app)
);
comment on table chain.event_app is 'Applications whose events are read into the tables of chain.event_table';
comment on column chain.event_app.contract is 'schema of its tables';
comment on column chain.event_app.app is 'application id';
comment on column chain.event_app.behind is 'first round whose events are not in the tables, where the indexer ran without this description; null: all are';

create table chain.event_rule (
  contract text not null,
  rule text not null,
  behind bigint,
  primary key (contract, rule)
);
comment on table chain.event_rule is 'How applications are found that are not named by their number';
comment on column chain.event_rule.contract is 'schema of their tables';
comment on column chain.event_rule.rule is 'creator:ADDRESS, or code: SHA-256 of the approval program';
comment on column chain.event_rule.behind is 'as in chain.event_app';

create function chain.utf8(b bytea) returns text language plpgsql immutable strict parallel safe as $$
begin
  return convert_from(b, 'UTF8');
exception when character_not_in_repertoire or untranslatable_character then
  return encode(b, 'escape');
end $$;
comment on function chain.utf8 is 'bytes as text; what is no UTF-8, or has a NUL, with \ooo in place of such bytes';
