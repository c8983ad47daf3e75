/* rental: the views that answer the usual questions, and the indexes that docs/sql.md needs. Amounts are base units of
 * the market's asset. */
#include "description.h"

/* The end of the billed time if a rental were stopped now, and the minutes; as docs/contracts.md, Billing, has it. */
#define NOW "extract(epoch from now())::bigint"

const char *const rental_views[RENTAL_VIEWS] = {
    rental_summarise_renters,
    rental_summarise,
    rental_sum_tables,
    rental_recount,
    rental_renters_anew,

    "CREATE OR REPLACE VIEW rental.available_gpus AS\n"
    "  SELECT app, id AS gpu, owner, price_per_minute, min_minutes, max_minutes, vram_mib, model, spec_hash, seal_key\n"
    "  FROM rental.gpu WHERE NOT retired AND state = 0",

    "CREATE OR REPLACE VIEW rental.active_rentals AS\n"
    "  SELECT app, id AS rental, gpu, owner, renter, price_per_minute, deposit, settled, started_at, ends_at, "
    "minutes,\n"
    "    minutes * price_per_minute AS due, deposit - minutes * price_per_minute AS refund\n"
    "  FROM (SELECT r.*, greatest(1, ceil((least(greatest(" NOW
    ", started_at), ends_at) - started_at) / 60.0)) AS minutes\n"
    "    FROM (SELECT app, id, gpu, owner, renter, price_per_minute, deposit, settled, started_at,\n"
    "      least(started_at + div(deposit, price_per_minute) * 60,\n"
    "        CASE WHEN beat_s > 0 THEN beat_at + beat_s END) AS ends_at\n"
    "      FROM rental.rental WHERE state = 1) r) b",

    /* What is over is summed up (sums.c); what is not, little beside it, is added here. */
    "CREATE OR REPLACE VIEW rental.earnings_by_provider AS\n"
    "  SELECT app, owner, sum(rentals)::bigint AS rentals, sum(earned) AS earned, sum(fees) AS fees,\n"
    "    sum(stars) / nullif(sum(rated), 0) AS stars, sum(rated)::bigint AS rated, sum(cancelled)::bigint AS "
    "cancelled,\n"
    "    sum(weight) AS rated_settled, sum(weighed) / nullif(sum(weight), 0) AS weighed_stars\n"
    "  FROM (SELECT app, owner, rentals, earned, fees, stars, rated, cancelled, weight, weighed FROM "
    "rental.sum_by_owner\n"
    "    UNION ALL SELECT app, owner, count(*), sum(earned), sum(fees), 0, 0, 0, 0, 0\n"
    "      FROM rental.rental WHERE state IN (0, 1, 4) GROUP BY app, owner) s\n"
    "  GROUP BY app, owner",

    "CREATE OR REPLACE VIEW rental.spending_by_renter AS\n"
    "  SELECT app, renter, s.rentals, s.deposited, s.settled AS spent, s.refunded, coalesce(o.owed, 0) AS owed\n"
    "  FROM rental.sum_by_renter s LEFT JOIN (SELECT app, renter, sum(owed_renter) AS owed FROM rental.rental\n"
    "    WHERE owed_renter > 0 GROUP BY app, renter) o USING (app, renter)",

    "CREATE OR REPLACE VIEW rental.market_by_day AS\n"
    "  SELECT app, day, requested, stopped, to_owners, fees FROM rental.sum_by_day",

    /* Every movement of a rental's money: positive into the deposit, negative out of it (paid, or owed). */
    "CREATE OR REPLACE VIEW rental.payments AS\n"
    "  SELECT app, round, intra, log, ts, rental, 'deposit' AS kind, renter AS party, deposit AS amount\n"
    "    FROM rental.rental_requested\n"
    "  UNION ALL SELECT app, round, intra, log, ts, rental, 'deposit', by, added\n"
    "    FROM (SELECT app, round, intra, log, ts, rental, by, extended,\n"
    "      deposit - lag(deposit) OVER (PARTITION BY app, rental ORDER BY round, intra, log) AS added\n"
    "      FROM (SELECT app, round, intra, log, ts, rental, by, deposit, true AS extended FROM rental.rental_extended\n"
    "        UNION ALL SELECT app, round, intra, log, ts, rental, renter, deposit, false\n"
    "        FROM rental.rental_requested) d) e WHERE extended\n"
    "  UNION ALL SELECT s.app, s.round, s.intra, s.log, s.ts, s.rental, 'earned', r.owner, -s.to_owner\n"
    "    FROM rental.settled s JOIN rental.rental r ON r.app = s.app AND r.id = s.rental\n"
    "  UNION ALL SELECT s.app, s.round, s.intra, s.log, s.ts, s.rental, 'fee', NULL, -s.fee FROM rental.settled s\n"
    "  UNION ALL SELECT s.app, s.round, s.intra, s.log, s.ts, s.rental, 'refund', r.renter, -s.refund\n"
    "    FROM (SELECT app, round, intra, log, ts, rental, refund FROM rental.rental_stopped\n"
    "      UNION ALL SELECT app, round, intra, log, ts, rental, refund FROM rental.rental_cancelled\n"
    "      UNION ALL SELECT app, round, intra, log, ts, rental, to_renter FROM rental.resolved) s\n"
    "    JOIN rental.rental r ON r.app = s.app AND r.id = s.rental WHERE s.refund > 0",

    /* What a market must hold: the invariant of docs/contracts.md. deposited = earned + fees + refunded + held, less
       what is owed. */
    "CREATE OR REPLACE VIEW rental.holdings AS\n"
    "  SELECT m.app, coalesce(r.deposited, 0) AS deposited, coalesce(r.earned, 0) AS earned,\n"
    "    coalesce(r.fees, 0) AS fees, coalesce(r.refunded, 0) AS refunded, coalesce(r.held, 0) AS held,\n"
    "    coalesce(r.owed_renters, 0) AS owed_renters, coalesce(g.owed_owners, 0) AS owed_owners,\n"
    "    m.fees AS uncollected, coalesce(r.held, 0) + coalesce(r.owed_renters, 0) + coalesce(g.owed_owners, 0) + "
    "m.fees AS holding,\n"
    "    coalesce(r.deposited, 0) = coalesce(r.earned, 0) + coalesce(r.fees, 0) + coalesce(r.refunded, 0) + "
    "coalesce(r.held, 0)\n"
    "      AS balanced\n"
    "  FROM rental.market m\n"
    "  LEFT JOIN (SELECT app, sum(deposited) AS deposited, sum(earned) AS earned, sum(fees) AS fees,\n"
    "    sum(refunded) AS refunded, sum(held) AS held, sum(owed) AS owed_renters\n"
    "    FROM (SELECT app, deposited, earned, fees, refunded, 0 AS held, 0 AS owed FROM rental.sum_by_owner\n"
    "      UNION ALL SELECT app, deposit, earned, fees, refund, deposit - settled, 0\n"
    "        FROM rental.rental WHERE state IN (0, 1, 4)\n"
    "      UNION ALL SELECT app, 0, 0, 0, 0, 0, owed_renter FROM rental.rental WHERE owed_renter > 0) s\n"
    "    GROUP BY app) r ON r.app = m.app\n"
    "  LEFT JOIN (SELECT app, sum(owed) AS owed_owners FROM rental.gpu GROUP BY app) g ON g.app = m.app",

    /* The shortest length that a share of the rentals does not exceed. */
    "CREATE OR REPLACE FUNCTION rental.minutes_at(market bigint, share numeric[]) RETURNS numeric[] LANGUAGE sql "
    "STABLE\n"
    "RETURN (SELECT array_agg((SELECT min(minutes) FROM (SELECT minutes, sum(rentals) OVER (ORDER BY minutes) AS "
    "upto,\n"
    "    sum(rentals) OVER () AS n FROM rental.sum_by_minutes WHERE app = market) m WHERE upto >= x * n) ORDER BY i)\n"
    "  FROM unnest(share) WITH ORDINALITY AS s (x, i))",

    "CREATE INDEX IF NOT EXISTS rental_by_renter ON rental.rental (app, renter, id)",
    "CREATE INDEX IF NOT EXISTS rental_by_owner ON rental.rental (app, owner, id)",
    /* What waits or runs is little beside what is over. */
    "CREATE INDEX IF NOT EXISTS rental_by_state ON rental.rental (app, state) WHERE state IN (0, 1, 4)",
    "CREATE INDEX IF NOT EXISTS rental_by_end ON rental.rental (app, ended_at)",
    "CREATE INDEX IF NOT EXISTS gpu_by_price ON rental.gpu (app, price_per_minute) WHERE NOT retired AND state = 0",
    "CREATE INDEX IF NOT EXISTS rental_owed ON rental.rental (app, owed_renter) WHERE owed_renter > 0",
};
