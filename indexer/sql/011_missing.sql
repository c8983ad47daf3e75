-- Events that are in no table because their rounds were let go before anybody named their application: never passed over in silence.

create table chain.missing (
  contract text not null,
  what text not null,
  first bigint not null check (first >= 0),
  last bigint not null check (last >= first),
  primary key (contract, what, first)
);
comment on table chain.missing is 'Rounds whose events the tables of a contract lack: they were not in the database any more when the application was first named. algorent-indexer verify tells of each';
comment on column chain.missing.contract is 'schema of the tables';
comment on column chain.missing.what is 'whose events: an application, an event''s new table, or a rule of a description';
comment on column chain.missing.first is 'first round whose events are not there';
comment on column chain.missing.last is 'last such round';
