/*
---
description: >-
  The energy a day starts with, from readiness, sleep and HRV balance, and how hard the day's output
  was against it.
grain: [user_id, day]
owner: bio-lakehouse
reads: {days_before: 90, days_after: 0}
columns:
  user_id: {type: string, required: true, comment: "Whose row it is."}
  day: {type: date, required: true, comment: "The person's local calendar day."}
  readiness_score: {type: int, minimum: 0, maximum: 100, comment: "Oura's readiness score."}
  sleep_score: {type: int, minimum: 0, maximum: 100, comment: "Oura's sleep score."}
  hrv_balance: {type: int, minimum: 0, maximum: 100, comment: "Oura's HRV balance contributor."}
  energy_state:
    type: string
    comment: >-
      peak (readiness >= 85, sleep >= 88, HRV balance >= 75), high (>= 85, >= 80), moderate (>= 70,
      >= 65), low (readiness >= 50), else recovery_needed; null when readiness is unknown, or sleep
      with readiness >= 70.
  guidance: {type: string, comment: "What the state suggests for the day."}
  readiness_to_output_ratio:
    type: double
    minimum: 0
    comment: "Output (kJ) a point of readiness, 2 decimals."
  output_zone:
    type: string
    comment: >-
      By that ratio against the person's own ratios of the 90 days before (20 at least, else null):
      overreaching (above the 95th percentile with readiness < 70), high_performance (above the
      75th), moderate (above the 25th), else undertrained; no_workout when it is known that there
      was none; else null.
  readiness_3day_avg:
    type: double
    minimum: 0
    maximum: 100
    comment: "Mean readiness of the 3 calendar days up to this one."
  sleep_3day_avg:
    type: double
    minimum: 0
    maximum: 100
    comment: "Mean sleep score of the 3 calendar days up to this one."
  readiness_delta:
    type: int
    minimum: -100
    maximum: 100
    comment: "Readiness against the calendar day before."
  sleep_delta:
    type: int
    minimum: -100
    maximum: 100
    comment: "Sleep score against the calendar day before."
---
*/
WITH states AS (
    SELECT
        user_id,
        day,
        readiness_score,
        sleep_score,
        hrv_balance_score,
        had_workout,
        readiness_to_output_ratio,
        CASE
            WHEN readiness_score IS NULL OR (readiness_score >= 70 AND sleep_score IS NULL) THEN NULL
            WHEN readiness_score >= 85 AND sleep_score >= 88 AND hrv_balance_score >= 75 THEN 'peak'
            WHEN readiness_score >= 85 AND sleep_score >= 80 THEN 'high'
            WHEN readiness_score >= 70 AND sleep_score >= 65 THEN 'moderate'
            WHEN readiness_score >= 50 THEN 'low'
            ELSE 'recovery_needed'
        END AS energy_state,
        avg(readiness_score) OVER (
            PARTITION BY user_id ORDER BY day RANGE BETWEEN INTERVAL '2' DAY PRECEDING AND CURRENT ROW
        ) AS readiness_3day_avg,
        avg(sleep_score) OVER (
            PARTITION BY user_id ORDER BY day RANGE BETWEEN INTERVAL '2' DAY PRECEDING AND CURRENT ROW
        ) AS sleep_3day_avg
    FROM bio_gold.daily_readiness_performance
),
ratios_before AS (
    SELECT
        today.user_id,
        today.day,
        before.readiness_to_output_ratio AS ratio,
        row_number() OVER (
            PARTITION BY today.user_id, today.day ORDER BY before.readiness_to_output_ratio
        ) - 1 AS place,
        count(*) OVER (PARTITION BY today.user_id, today.day) AS ratios
    FROM bio_gold.daily_readiness_performance AS today
    JOIN bio_gold.daily_readiness_performance AS before
        ON before.user_id = today.user_id
       AND before.day >= date_add('day', -90, today.day)
       AND before.day < today.day
    WHERE today.readiness_to_output_ratio IS NOT NULL
      AND before.readiness_to_output_ratio IS NOT NULL
),
own_percentiles AS (
    SELECT
        user_id,
        day,
        round(sum(ratio * greatest(0, 1 - abs(place - (ratios - 1) * CAST(0.25 AS double)))), 6) AS percentile_25,
        round(sum(ratio * greatest(0, 1 - abs(place - (ratios - 1) * CAST(0.75 AS double)))), 6) AS percentile_75,
        round(sum(ratio * greatest(0, 1 - abs(place - (ratios - 1) * CAST(0.95 AS double)))), 6) AS percentile_95
    FROM ratios_before
    WHERE ratios >= 20
    GROUP BY user_id, day
)
SELECT
    today.user_id,
    today.day,
    today.readiness_score,
    today.sleep_score,
    today.hrv_balance_score AS hrv_balance,
    today.energy_state,
    CASE today.energy_state
        WHEN 'peak' THEN 'Everything is in place: a day for the hardest session of the week.'
        WHEN 'high' THEN 'Plenty of energy: train hard if you like.'
        WHEN 'moderate' THEN 'Enough for steady work; save the hardest efforts.'
        WHEN 'low' THEN 'Go easy: light movement, and an early night.'
        WHEN 'recovery_needed' THEN 'Recover today: rest, and sleep early.'
    END AS guidance,
    today.readiness_to_output_ratio,
    CASE
        WHEN NOT today.had_workout THEN 'no_workout'
        WHEN today.readiness_to_output_ratio > own.percentile_95 AND today.readiness_score < 70 THEN 'overreaching'
        WHEN today.readiness_to_output_ratio > own.percentile_75 THEN 'high_performance'
        WHEN today.readiness_to_output_ratio > own.percentile_25 THEN 'moderate'
        WHEN today.readiness_to_output_ratio <= own.percentile_25 THEN 'undertrained'
    END AS output_zone,
    today.readiness_3day_avg,
    today.sleep_3day_avg,
    today.readiness_score - day_before.readiness_score AS readiness_delta,
    today.sleep_score - day_before.sleep_score AS sleep_delta
FROM states AS today
LEFT JOIN bio_gold.daily_readiness_performance AS day_before
    ON day_before.user_id = today.user_id
   AND day_before.day = CAST(date_add('day', -1, today.day) AS date)
LEFT JOIN own_percentiles AS own
    ON own.user_id = today.user_id
   AND own.day = today.day
