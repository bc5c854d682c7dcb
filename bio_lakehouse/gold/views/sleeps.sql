/*
---
description: >-
  The sleeps of a day: its night, whose parts are one row, and each nap. Parts of a night are a
  long_sleep and the periods of the same day less than two hours from it or from each other; their
  means are weighted by time asleep, efficiency by time in bed.
grain: [user_id, day, period_id]
owner: bio-lakehouse
reads: {days_before: 0, days_after: 0}
columns:
  user_id: {type: string, required: true, comment: "Whose row it is."}
  day: {type: date, required: true, comment: "The day on whose morning the night ended."}
  period_id: {type: string, required: true, comment: "Oura's id of the period; a night's least."}
  kind:
    type: string
    comment: >-
      night (the day's longest), second_night (another, two hours away or more), nap (a short sleep
      that is no part of a night), rest (a rejected detection) or deleted.
  parts: {type: int, minimum: 1, required: true, comment: "Periods that it is made of."}
  bedtime_start: {type: timestamp, comment: "Start of the first part (UTC)."}
  bedtime_end: {type: timestamp, comment: "End of the last (UTC)."}
  utc_offset_minutes: {type: int, comment: "Local time less UTC where it began (min)."}
  wake_utc_offset_minutes: {type: int, comment: "Local time less UTC where it ended (min)."}
  time_in_bed_s: {type: double, minimum: 0, comment: "Time in bed (s)."}
  total_sleep_s: {type: double, minimum: 0, comment: "Time asleep (s)."}
  deep_sleep_s:
    type: double
    minimum: 0
    comment: "Time in deep sleep (s); unknown where a part's is."
  rem_sleep_s: {type: double, minimum: 0, comment: "Time in REM sleep (s)."}
  light_sleep_s: {type: double, minimum: 0, comment: "Time in light sleep (s)."}
  awake_s: {type: double, minimum: 0, comment: "Time awake in bed (s)."}
  latency_s: {type: double, minimum: 0, comment: "Time to fall asleep (s)."}
  efficiency:
    type: double
    minimum: 0
    maximum: 100
    comment: "Time asleep as a share of the time in bed (%)."
  average_hrv_ms:
    type: double
    minimum: 0
    comment: "Mean heart rate variability, RMSSD (ms)."
  average_heart_rate_bpm:
    type: double
    minimum: 0
    comment: "Mean heart rate (beats/min)."
  lowest_heart_rate_bpm: {type: double, minimum: 0, comment: "Lowest heart rate (beats/min)."}
  average_breath_per_min:
    type: double
    minimum: 0
    comment: "Mean breaths a minute."
---
*/
WITH followed AS (
    SELECT
        user_id,
        day,
        period_id,
        type,
        bedtime_start,
        CASE WHEN type IN ('long_sleep', 'sleep') THEN 1 ELSE 0 END AS may_join,
        max(bedtime_end) OVER (
            PARTITION BY user_id, day, CASE WHEN type IN ('long_sleep', 'sleep') THEN 1 ELSE 0 END
            ORDER BY bedtime_start ASC NULLS LAST, period_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS ended
    FROM bio_silver.oura_sleep
),
numbered AS (
    SELECT
        user_id,
        day,
        period_id,
        type,
        bedtime_start,
        may_join,
        sum(
            CASE
                WHEN may_join = 1
                 AND bedtime_start >= ended
                 AND bedtime_start < ended + INTERVAL '2' HOUR THEN 0
                ELSE 1
            END
        ) OVER (
            PARTITION BY user_id, day, may_join ORDER BY bedtime_start ASC NULLS LAST, period_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS number
    FROM followed
),
told AS (
    SELECT
        user_id,
        day,
        period_id,
        bedtime_start,
        number,
        max(CASE WHEN type = 'long_sleep' THEN 1 ELSE 0 END) OVER (
            PARTITION BY user_id, day, may_join, number
        ) AS is_night
    FROM numbered
),
named AS (
    SELECT
        user_id,
        day,
        period_id,
        bedtime_start,
        is_night,
        CASE WHEN is_night = 1 THEN CAST(number AS varchar) ELSE period_id END AS name
    FROM told
),
placed AS (
    SELECT
        user_id,
        day,
        period_id,
        is_night,
        name,
        row_number() OVER (
            PARTITION BY user_id, day, is_night, name
            ORDER BY bedtime_start ASC NULLS LAST, period_id
        ) AS place,
        row_number() OVER (
            PARTITION BY user_id, day, is_night, name
            ORDER BY bedtime_start DESC NULLS FIRST, period_id DESC
        ) AS place_from_last
    FROM named
),
parts AS (
    SELECT
        placed.user_id,
        placed.day,
        placed.period_id,
        placed.is_night,
        placed.name,
        placed.place,
        placed.place_from_last,
        periods.type,
        periods.bedtime_start,
        periods.bedtime_end,
        periods.utc_offset_minutes,
        date_diff('second', periods.bedtime_start, periods.bedtime_end) AS in_bed_s,
        periods.total_sleep_s,
        periods.deep_sleep_s,
        periods.rem_sleep_s,
        periods.light_sleep_s,
        periods.awake_s,
        periods.latency_s,
        periods.efficiency,
        periods.average_hrv_ms,
        periods.average_heart_rate_bpm,
        periods.lowest_heart_rate_bpm,
        periods.average_breath_per_min
    FROM placed
    JOIN bio_silver.oura_sleep AS periods
        ON periods.user_id = placed.user_id
       AND periods.day = placed.day
       AND periods.period_id = placed.period_id
),
sleeps AS (
    SELECT
        user_id,
        day,
        is_night,
        min(period_id) AS period_id,
        max(type) AS type,
        count(*) AS periods,
        min(bedtime_start) AS bedtime_start,
        max(bedtime_end) AS bedtime_end,
        max(CASE WHEN place = 1 THEN utc_offset_minutes END) AS utc_offset_minutes,
        max(CASE WHEN place_from_last = 1 THEN utc_offset_minutes END) AS wake_utc_offset_minutes,
        sum(in_bed_s) AS time_in_bed_s,
        sum(total_sleep_s) AS total_sleep_s,
        CASE WHEN count(deep_sleep_s) = count(*) THEN sum(deep_sleep_s) END AS deep_sleep_s,
        CASE WHEN count(rem_sleep_s) = count(*) THEN sum(rem_sleep_s) END AS rem_sleep_s,
        CASE WHEN count(light_sleep_s) = count(*) THEN sum(light_sleep_s) END AS light_sleep_s,
        CASE WHEN count(awake_s) = count(*) THEN sum(awake_s) END AS awake_s,
        max(CASE WHEN place = 1 THEN latency_s END) AS latency_s,
        coalesce(
            CASE WHEN count(efficiency) = 1 THEN max(efficiency) END,
            CAST(sum(TRY_CAST(efficiency * in_bed_s AS decimal(28, 6))) AS double)
            / nullif(sum(CASE WHEN efficiency IS NOT NULL THEN in_bed_s END), 0),
            CAST(sum(TRY_CAST(efficiency AS decimal(28, 6))) AS double)
            / nullif(count(efficiency), 0)
        ) AS efficiency,
        coalesce(
            CASE WHEN count(average_hrv_ms) = 1 THEN max(average_hrv_ms) END,
            CAST(sum(TRY_CAST(average_hrv_ms * total_sleep_s AS decimal(28, 6))) AS double)
            / nullif(sum(CASE WHEN average_hrv_ms IS NOT NULL THEN total_sleep_s END), 0),
            CAST(sum(TRY_CAST(average_hrv_ms AS decimal(28, 6))) AS double)
            / nullif(count(average_hrv_ms), 0)
        ) AS average_hrv_ms,
        coalesce(
            CASE WHEN count(average_heart_rate_bpm) = 1 THEN max(average_heart_rate_bpm) END,
            CAST(sum(TRY_CAST(average_heart_rate_bpm * total_sleep_s AS decimal(28, 6))) AS double)
            / nullif(sum(CASE WHEN average_heart_rate_bpm IS NOT NULL THEN total_sleep_s END), 0),
            CAST(sum(TRY_CAST(average_heart_rate_bpm AS decimal(28, 6))) AS double)
            / nullif(count(average_heart_rate_bpm), 0)
        ) AS average_heart_rate_bpm,
        min(lowest_heart_rate_bpm) AS lowest_heart_rate_bpm,
        coalesce(
            CASE WHEN count(average_breath_per_min) = 1 THEN max(average_breath_per_min) END,
            CAST(sum(TRY_CAST(average_breath_per_min * total_sleep_s AS decimal(28, 6))) AS double)
            / nullif(sum(CASE WHEN average_breath_per_min IS NOT NULL THEN total_sleep_s END), 0),
            CAST(sum(TRY_CAST(average_breath_per_min AS decimal(28, 6))) AS double)
            / nullif(count(average_breath_per_min), 0)
        ) AS average_breath_per_min
    FROM parts
    GROUP BY user_id, day, is_night, name
)
SELECT
    user_id,
    day,
    period_id,
    CASE
        WHEN is_night = 1 AND row_number() OVER (
            PARTITION BY user_id, day, is_night
            ORDER BY total_sleep_s DESC NULLS LAST, bedtime_start ASC NULLS LAST, period_id
        ) = 1 THEN 'night'
        WHEN is_night = 1 THEN 'second_night'
        WHEN type IN ('sleep', 'late_nap') THEN 'nap'
        ELSE type
    END AS kind,
    CAST(periods AS integer) AS parts,
    bedtime_start,
    bedtime_end,
    utc_offset_minutes,
    wake_utc_offset_minutes,
    CAST(time_in_bed_s AS double) AS time_in_bed_s,
    total_sleep_s,
    deep_sleep_s,
    rem_sleep_s,
    light_sleep_s,
    awake_s,
    latency_s,
    efficiency,
    average_hrv_ms,
    average_heart_rate_bpm,
    lowest_heart_rate_bpm,
    average_breath_per_min
FROM sleeps
