/* What SQL sees of a market of tasks beside its tables: what is open, who earned, where the money is. */
#include "description.h"

const char *const escrow_views[ESCROW_VIEWS] = {
    "CREATE OR REPLACE VIEW escrow.open_tasks AS\n"
    "  SELECT app, id AS task, client, reward, bond_asked, run_s, review_s, posted_at, spec_hash\n"
    "  FROM escrow.task WHERE NOT closed AND state = 0",

    /* Whose turn it is, and until when; later anyone may reclaim, release or resolve. */
    "CREATE OR REPLACE VIEW escrow.running_tasks AS\n"
    "  SELECT t.app, t.id AS task, t.state, t.client, w.worker, t.reward, t.bond_asked,\n"
    "    (ARRAY['worker', 'client', 'arbiter'])[t.state] AS turn,\n"
    "    CASE t.state WHEN 1 THEN t.accepted_at + t.run_s WHEN 2 THEN t.submitted_at + t.review_s\n"
    "      ELSE t.disputed_at + t.dispute_s END AS until\n"
    "  FROM escrow.task t JOIN escrow.worker w ON w.app = t.app AND w.task = t.id WHERE t.state BETWEEN 1 AND 3",

    /* Every payment, in positive, out negative: together they are what the market holds. What a settlement could not
       deliver comes back as 'owed' in the same call, and goes out as 'withdrawn'. */
    "CREATE OR REPLACE VIEW escrow.payments AS\n"
    "  SELECT app, round, intra, log, ts, task, 'reward' AS kind, client AS party, reward AS amount FROM "
    "escrow.task_posted\n"
    "  UNION ALL SELECT a.app, a.round, a.intra, a.log, a.ts, a.task, 'bond', a.worker, t.bond_asked\n"
    "    FROM escrow.task_accepted a JOIN escrow.task t ON t.app = a.app AND t.id = a.task\n"
    "  UNION ALL SELECT p.app, p.round, p.intra, p.log, p.ts, p.task, 'paid', w.worker, -p.to_worker\n"
    "    FROM (SELECT app, round, intra, log, ts, task, to_worker FROM escrow.task_paid\n"
    "      UNION ALL SELECT app, round, intra, log, ts, task, to_worker FROM escrow.task_resolved) p\n"
    "    JOIN escrow.worker w ON w.app = p.app AND w.task = p.task\n"
    "  UNION ALL SELECT p.app, p.round, p.intra, p.log, p.ts, p.task, 'returned', t.client, -p.to_client\n"
    "    FROM (SELECT app, round, intra, log, ts, task, to_client FROM escrow.task_refunded\n"
    "      UNION ALL SELECT app, round, intra, log, ts, task, to_client FROM escrow.task_resolved) p\n"
    "    JOIN escrow.task t ON t.app = p.app AND t.id = p.task\n"
    "  UNION ALL SELECT app, round, intra, log, ts, task, 'owed', party, amount FROM escrow.owed\n"
    "  UNION ALL SELECT app, round, intra, log, ts, task, 'withdrawn', party, -amount FROM escrow.withdrawn\n"
    "  UNION ALL SELECT app, round, intra, log, ts, NULL, 'fees', treasury, -amount FROM escrow.fees_collected",

    /* Everything that was said so far is summed up (sums.c). */
    escrow_summarise,
    escrow_sum_tables,
    escrow_recount,

    "CREATE OR REPLACE VIEW escrow.earnings_by_worker AS\n"
    "  SELECT app, worker, tasks, paid, received, fees, resolved, failed FROM escrow.sum_by_worker",

    "CREATE OR REPLACE VIEW escrow.spending_by_client AS\n"
    "  SELECT app, client, s.tasks, s.rewards, s.returned, coalesce(o.owed, 0) AS owed FROM escrow.sum_by_client s\n"
    "  LEFT JOIN (SELECT app, client, sum(owed_client) AS owed FROM escrow.task WHERE owed_client > 0\n"
    "    GROUP BY app, client) o USING (app, client)",

    /* What a market must hold: the invariant of docs/contracts.md. Balanced: each task that has ended gave away exactly
       its reward and bond, and its fee is with the market or was collected. */
    "CREATE OR REPLACE VIEW escrow.holdings AS\n"
    "  SELECT m.app, coalesce(t.rewards, 0) AS rewards, coalesce(t.bonds, 0) AS bonds, coalesce(t.owed, 0) AS "
    "owed_clients,\n"
    "    coalesce(w.owed, 0) AS owed_workers, m.fees,\n"
    "    coalesce(t.rewards, 0) + coalesce(t.bonds, 0) + coalesce(t.owed, 0) + coalesce(w.owed, 0) + m.fees AS "
    "holding,\n"
    "    coalesce(c.uneven, 0) = 0 AND coalesce(f.fees, 0) = m.fees + m.collected AS balanced\n"
    "  FROM escrow.market m\n"
    "  LEFT JOIN (SELECT app, sum(rewards) AS rewards, sum(bonds) AS bonds, sum(owed) AS owed FROM (\n"
    "    SELECT app, reward AS rewards, CASE state WHEN 0 THEN 0 ELSE bond_asked END AS bonds, 0 AS owed\n"
    "      FROM escrow.task WHERE state <= 3\n"
    "    UNION ALL SELECT app, 0, 0, owed_client FROM escrow.task WHERE owed_client > 0) l GROUP BY app) t\n"
    "    ON t.app = m.app\n"
    "  LEFT JOIN (SELECT app, sum(uneven) AS uneven FROM escrow.sum_by_client GROUP BY app) c ON c.app = m.app\n"
    "  LEFT JOIN (SELECT app, sum(fees) AS fees FROM escrow.sum_by_worker GROUP BY app) f ON f.app = m.app\n"
    "  LEFT JOIN (SELECT app, sum(owed) AS owed FROM escrow.worker WHERE owed > 0 GROUP BY app) w ON w.app = m.app",

    "CREATE INDEX IF NOT EXISTS task_by_client ON escrow.task (app, client, id)",
    "CREATE INDEX IF NOT EXISTS worker_by_worker ON escrow.worker (app, worker, task)",
    /* What waits or runs is little beside what is over. */
    "CREATE INDEX IF NOT EXISTS task_live ON escrow.task (app, state, reward) WHERE state <= 3",
    "CREATE INDEX IF NOT EXISTS task_owed ON escrow.task (app, client) WHERE owed_client > 0",
    "CREATE INDEX IF NOT EXISTS worker_owed ON escrow.worker (app) WHERE owed > 0",
};
