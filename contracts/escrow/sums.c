/* escrow: what has been said and done so far, summed by client, worker and kind of payment, so that questions about a
 * whole market need not read every task. The indexer calls escrow.summarise for new events, in their own transaction;
 * each event adds what it says, so that running tasks are in the sums, too. */
#include "description.h"

#define SINCE(e) e ".round BETWEEN first AND last AND (market IS NULL OR " e ".app = market)"

/* Events of rounds first to last of one market, or of all, that no call counted before. Their plan is set: chosen while
 * the tables were small, it would read them whole ever after. Uneven: a task that ended gave away another sum than its
 * reward and bond. */
const char escrow_summarise[] =
    "CREATE OR REPLACE FUNCTION escrow.summarise(market bigint, first bigint, last bigint) RETURNS void LANGUAGE "
    "plpgsql\n"
    "SET search_path = pg_catalog SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$\n"
    "BEGIN\n"
    "  INSERT INTO escrow.sum_by_client AS s (app, client, tasks, rewards, returned, uneven)\n"
    "  SELECT app, client, sum(tasks), sum(rewards), sum(returned), sum(uneven) FROM (\n"
    "    SELECT e.app, e.client, 1 AS tasks, e.reward AS rewards, 0::numeric AS returned, 0 AS uneven\n"
    "      FROM escrow.task_posted e WHERE " SINCE(
        "e") "\n"
             "    UNION ALL SELECT t.app, t.client, 0, 0, e.to_client, (t.to_worker + t.fee + t.to_client <>\n"
             "        t.reward + CASE WHEN t.accepted_at > 0 THEN t.bond_asked ELSE 0 END)::int\n"
             "      FROM (SELECT app, round, task, 0::numeric AS to_client FROM escrow.task_paid\n"
             "        UNION ALL SELECT app, round, task, to_client FROM escrow.task_refunded\n"
             "        UNION ALL SELECT app, round, task, to_client FROM escrow.task_resolved) e\n"
             "      JOIN escrow.task t ON t.app = e.app AND t.id = e.task WHERE " SINCE(
                 "e") ") c GROUP BY app, client\n"
                      "  ON CONFLICT (app, client) DO UPDATE SET tasks = s.tasks + excluded.tasks, rewards = s.rewards "
                      "+ "
                      "excluded.rewards,\n"
                      "    returned = s.returned + excluded.returned, uneven = s.uneven + excluded.uneven;\n"
                      "  INSERT INTO escrow.sum_by_worker AS s (app, worker, tasks, paid, resolved, failed, received, "
                      "fees)\n"
                      "  SELECT app, worker, sum(tasks), sum(paid), sum(resolved), sum(failed), sum(received), "
                      "sum(fees) FROM (\n"
                      "    SELECT e.app, e.worker, 1 AS tasks, 0 AS paid, 0 AS resolved, 0 AS failed, 0::numeric AS "
                      "received,\n"
                      "      0::numeric AS fees FROM escrow.task_accepted e WHERE " SINCE(
                          "e") "\n"
                               "    UNION ALL SELECT w.app, w.worker, 0, e.paid, e.resolved, e.failed, e.to_worker, "
                               "e.fee\n"
                               "      FROM (SELECT app, round, task, 1 AS paid, 0 AS resolved, 0 AS failed, to_worker, "
                               "fee FROM escrow.task_paid\n"
                               "        UNION ALL SELECT app, round, task, 0, 1, 0, to_worker, fee FROM "
                               "escrow.task_resolved\n"
                               "        UNION ALL SELECT app, round, task, 0, 0, 1, 0, 0 FROM escrow.task_refunded) e\n"
                               "      JOIN escrow.worker w ON w.app = e.app AND w.task = e.task WHERE " SINCE(
                                   "e") ") c GROUP BY app, worker\n"
                                        "  ON CONFLICT (app, worker) DO UPDATE SET tasks = s.tasks + excluded.tasks, "
                                        "paid = s.paid + excluded.paid,\n"
                                        "    resolved = s.resolved + excluded.resolved, failed = s.failed + "
                                        "excluded.failed,\n"
                                        "    received = s.received + excluded.received, fees = s.fees + "
                                        "excluded.fees;\n"
                                        "  INSERT INTO escrow.sum_by_kind AS s (app, kind, payments, amount)\n"
                                        "  SELECT e.app, e.kind, count(*), sum(e.amount) FROM escrow.payments e "
                                        "WHERE " SINCE("e") "\n"
                                                            "  GROUP BY e.app, e.kind\n"
                                                            "  ON CONFLICT (app, kind) DO UPDATE SET payments = "
                                                            "s.payments + excluded.payments, amount = s.amount + "
                                                            "excluded.amount;\n"
                                                            "END $$";

/* Made, and filled where a database of an earlier version has events already. */
const char escrow_sum_tables[] =
    "DO $$ BEGIN\n"
    "  IF to_regclass('escrow.sum_by_client') IS NULL THEN\n"
    "    CREATE TABLE escrow.sum_by_client (app bigint, client bytea, tasks bigint NOT NULL, rewards numeric NOT "
    "NULL,\n"
    "      returned numeric NOT NULL, uneven bigint NOT NULL, PRIMARY KEY (app, client));\n"
    "    COMMENT ON TABLE escrow.sum_by_client IS 'Tasks by client; view spending_by_client adds what is owed';\n"
    "    COMMENT ON COLUMN escrow.sum_by_client.uneven IS 'tasks that ended and gave away another sum than reward and "
    "bond: none';\n"
    "    CREATE TABLE escrow.sum_by_worker (app bigint, worker bytea, tasks bigint NOT NULL, paid bigint NOT NULL,\n"
    "      resolved bigint NOT NULL, failed bigint NOT NULL, received numeric NOT NULL, fees numeric NOT NULL,\n"
    "      PRIMARY KEY (app, worker));\n"
    "    COMMENT ON TABLE escrow.sum_by_worker IS 'Tasks by worker, as view earnings_by_worker';\n"
    "    COMMENT ON COLUMN escrow.sum_by_worker.failed IS 'tasks given up, or late: the client got all back';\n"
    "    CREATE TABLE escrow.sum_by_kind (app bigint, kind text, payments bigint NOT NULL, amount numeric NOT NULL,\n"
    "      PRIMARY KEY (app, kind));\n"
    "    COMMENT ON TABLE escrow.sum_by_kind IS 'Payments by kind, as in view payments: in positive, out negative';\n"
    "    CREATE INDEX ON escrow.sum_by_client (app, rewards);\n"
    "    CREATE INDEX ON escrow.sum_by_worker (app, received);\n"
    "    CREATE INDEX ON escrow.sum_by_worker (app, paid);\n"
    "    PERFORM escrow.summarise(NULL, 0, 9223372036854775807);\n"
    "  END IF;\n"
    "END $$";

/* The same from the events alone: what algorent-indexer verify holds them against (chain.recount). They read every
 * event, so nothing else asks them. */
const char escrow_recount[] =
    "CREATE OR REPLACE VIEW escrow.over AS\n"
    "  SELECT p.app, p.task, p.client, p.reward, a.worker, e.state, e.to_worker, e.fee, e.to_client,\n"
    "    e.to_worker + e.fee + e.to_client <> p.reward + CASE WHEN a.task IS NULL THEN 0 ELSE p.bond_asked END AS "
    "uneven\n"
    "  FROM escrow.task_posted p\n"
    "  LEFT JOIN escrow.task_accepted a ON a.app = p.app AND a.task = p.task\n"
    "  LEFT JOIN (SELECT app, task, 4 AS state, to_worker, fee, 0::numeric AS to_client FROM escrow.task_paid\n"
    "    UNION ALL SELECT app, task, 5, 0, 0, to_client FROM escrow.task_refunded\n"
    "    UNION ALL SELECT app, task, 6, to_worker, fee, to_client FROM escrow.task_resolved) e\n"
    "    ON e.app = p.app AND e.task = p.task;\n"
    "COMMENT ON VIEW escrow.over IS 'Tasks with their ends (4 paid, 5 refunded, 6 resolved), from their events "
    "alone';\n"
    "CREATE OR REPLACE VIEW escrow.recount_by_client AS\n"
    "  SELECT app, client, count(*) AS tasks, sum(reward) AS rewards, coalesce(sum(to_client), 0) AS returned,\n"
    "    count(*) FILTER (WHERE uneven) AS uneven FROM escrow.over GROUP BY app, client;\n"
    "CREATE OR REPLACE VIEW escrow.recount_by_worker AS\n"
    "  SELECT app, worker, count(*) AS tasks, count(*) FILTER (WHERE state = 4) AS paid,\n"
    "    count(*) FILTER (WHERE state = 6) AS resolved, count(*) FILTER (WHERE state = 5) AS failed,\n"
    "    coalesce(sum(to_worker), 0) AS received, coalesce(sum(fee), 0) AS fees\n"
    "  FROM escrow.over WHERE worker IS NOT NULL GROUP BY app, worker;\n"
    "CREATE OR REPLACE VIEW escrow.recount_by_kind AS\n"
    "  SELECT app, kind, count(*) AS payments, sum(amount) AS amount FROM escrow.payments GROUP BY app, kind";
