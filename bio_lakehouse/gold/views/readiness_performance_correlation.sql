/*
---
description: >-
  How readiness, sleep and HRV balance go together with a day's output: Pearson correlations over
  the workout days with an output above 0, over all of them and by readiness. A correlation of fewer
  than 3 pairs, or of a quantity that never changes, is null. Correlation is no proof of cause.
grain: [user_id, segment]
owner: bio-lakehouse
columns:
  user_id: {type: string, required: true, comment: "Whose row it is."}
  segment:
    type: string
    required: true
    comment: "All Days, High Readiness (85+), Medium Readiness (70-84) or Low Readiness (<70)."
  sample_size: {type: int, minimum: 1, comment: "Workout days with an output above 0."}
  readiness_output_corr:
    type: double
    minimum: -1
    maximum: 1
    comment: "Readiness and output, 3 decimals."
  sleep_output_corr:
    type: double
    minimum: -1
    maximum: 1
    comment: "Sleep score and output, 3 decimals."
  hrv_output_corr:
    type: double
    minimum: -1
    maximum: 1
    comment: "HRV balance score and output, 3 decimals."
  sleep_readiness_corr:
    type: double
    minimum: -1
    maximum: 1
    comment: "Sleep score and readiness, 3 decimals."
  avg_readiness: {type: double, minimum: 0, maximum: 100, comment: "Mean readiness of these days."}
  avg_sleep: {type: double, minimum: 0, maximum: 100, comment: "Mean sleep score of these days."}
  avg_output_kj: {type: double, minimum: 0, comment: "Mean output of these days (kJ)."}
  avg_watts: {type: double, minimum: 0, comment: "Mean of the days' mean power (W)."}
---
*/
WITH workout_days AS (
    SELECT
        user_id,
        CASE
            WHEN readiness_score >= 85 THEN 'High Readiness (85+)'
            WHEN readiness_score >= 70 THEN 'Medium Readiness (70-84)'
            WHEN readiness_score < 70 THEN 'Low Readiness (<70)'
        END AS segment,
        CAST(readiness_score AS double) AS readiness,
        CAST(sleep_score AS double) AS sleep,
        CAST(hrv_balance_score AS double) AS hrv_balance,
        total_output_kj AS output_kj,
        avg_watts
    FROM bio_gold.daily_readiness_performance
    WHERE total_output_kj > 0
),
segments AS (
    SELECT user_id, 'All Days' AS segment, readiness, sleep, hrv_balance, output_kj, avg_watts
    FROM workout_days
    UNION ALL
    SELECT user_id, segment, readiness, sleep, hrv_balance, output_kj, avg_watts
    FROM workout_days
    WHERE segment IS NOT NULL
),
pairs AS (
    SELECT user_id, segment, 'readiness_output' AS pair, readiness AS x, output_kj AS y FROM segments
    UNION ALL
    SELECT user_id, segment, 'sleep_output' AS pair, sleep AS x, output_kj AS y FROM segments
    UNION ALL
    SELECT user_id, segment, 'hrv_output' AS pair, hrv_balance AS x, output_kj AS y FROM segments
    UNION ALL
    SELECT user_id, segment, 'sleep_readiness' AS pair, sleep AS x, readiness AS y FROM segments
),
measured AS (
    SELECT
        user_id,
        segment,
        pair,
        count(*) >= 3 AND min(x) < max(x) AND min(y) < max(y) AS is_defined,
        corr(y, x) AS correlation
    FROM pairs
    WHERE x IS NOT NULL AND y IS NOT NULL
    GROUP BY user_id, segment, pair
),
rounded AS (
    SELECT
        user_id,
        segment,
        pair,
        CASE WHEN is_defined THEN CAST(round(CAST(correlation AS decimal(18, 12)), 3) AS double) END AS correlation
    FROM measured
),
correlations AS (
    SELECT
        user_id,
        segment,
        max(CASE WHEN pair = 'readiness_output' THEN correlation END) AS readiness_output_corr,
        max(CASE WHEN pair = 'sleep_output' THEN correlation END) AS sleep_output_corr,
        max(CASE WHEN pair = 'hrv_output' THEN correlation END) AS hrv_output_corr,
        max(CASE WHEN pair = 'sleep_readiness' THEN correlation END) AS sleep_readiness_corr
    FROM rounded
    GROUP BY user_id, segment
),
means AS (
    SELECT
        user_id,
        segment,
        CAST(count(*) AS integer) AS sample_size,
        avg(readiness) AS avg_readiness,
        avg(sleep) AS avg_sleep,
        avg(output_kj) AS avg_output_kj,
        avg(avg_watts) AS avg_watts
    FROM segments
    GROUP BY user_id, segment
)
SELECT
    means.user_id,
    means.segment,
    means.sample_size,
    correlations.readiness_output_corr,
    correlations.sleep_output_corr,
    correlations.hrv_output_corr,
    correlations.sleep_readiness_corr,
    means.avg_readiness,
    means.avg_sleep,
    means.avg_output_kj,
    means.avg_watts
FROM means
LEFT JOIN correlations
    ON correlations.user_id = means.user_id
   AND correlations.segment = means.segment
