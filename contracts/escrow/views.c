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

    "CREATE OR REPLACE VIEW escrow.earnings_by_worker AS\n"
    "  SELECT t.app, w.worker, count(*) AS tasks, count(*) FILTER (WHERE t.state = 4) AS paid, sum(t.to_worker) AS "
    "received,\n"
    "    sum(t.fee) AS fees\n"
    "  FROM escrow.worker w JOIN escrow.task t ON t.app = w.app AND t.id = w.task GROUP BY t.app, w.worker",

    "CREATE OR REPLACE VIEW escrow.spending_by_client AS\n"
    "  SELECT app, client, count(*) AS tasks, sum(reward) AS rewards, sum(to_client) AS returned, sum(owed_client) AS "
    "owed\n"
    "  FROM escrow.task GROUP BY app, client",

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

    /* What a market must hold: the invariant of docs/contracts.md. Balanced: each task that has ended gave away exactly
       its reward and bond, and its fee is with the market or was collected. */
    "CREATE OR REPLACE VIEW escrow.holdings AS\n"
    "  SELECT m.app, coalesce(t.rewards, 0) AS rewards, coalesce(t.bonds, 0) AS bonds, coalesce(t.owed, 0) AS "
    "owed_clients,\n"
    "    coalesce(w.owed, 0) AS owed_workers, m.fees,\n"
    "    coalesce(t.rewards, 0) + coalesce(t.bonds, 0) + coalesce(t.owed, 0) + coalesce(w.owed, 0) + m.fees AS "
    "holding,\n"
    "    coalesce(t.whole, true) AND coalesce(t.fees, 0) = m.fees + m.collected AS balanced\n"
    "  FROM escrow.market m\n"
    "  LEFT JOIN (SELECT app, sum(reward) FILTER (WHERE state <= 3) AS rewards,\n"
    "    sum(bond_asked) FILTER (WHERE state BETWEEN 1 AND 3) AS bonds, sum(owed_client) AS owed, sum(fee) AS fees,\n"
    "    bool_and(state <= 3 OR\n"
    "      to_worker + fee + to_client = reward + CASE WHEN accepted_at > 0 THEN bond_asked ELSE 0 END) AS whole\n"
    "    FROM escrow.task GROUP BY app) t ON t.app = m.app\n"
    "  LEFT JOIN (SELECT app, sum(owed) AS owed FROM escrow.worker GROUP BY app) w ON w.app = m.app",
};
