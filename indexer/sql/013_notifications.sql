-- How full PostgreSQL's queue of notifications is: a listener that does not come to the end of its transaction holds it back for all.

create function chain.notification_queue(out used double precision, out holders text) language sql stable as $$
  select pg_notification_queue_usage(), (
    select string_agg(format('%s of %s, %s, for %s s', pid, coalesce(nullif(application_name, ''), usename), state, extract(epoch from now() - xact_start)::bigint), '; ' order by xact_start)
    from (select * from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and now() - xact_start > interval '10 s' order by xact_start limit 5) as a)
$$;
comment on function chain.notification_queue is 'part of the queue of notifications that is used, from 0 to 1, and which transactions of this database are open longest: commits fail when it is full';
