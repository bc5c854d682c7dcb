/*
---
description: >-
  The last 30 calendar days of a person at a glance, up to the newest day with a readiness, sleep or
  activity score or a workout. Averages look back over the full history, so the first of the 30 days
  has its true average; a day without a value takes no part in one.
grain: [user_id, day]
owner: bio-lakehouse
reads: {days_before: 29, days_after: all}
columns:
  user_id: {type: string, required: true, comment: "Whose row it is."}
  day: {type: date, required: true, comment: "The person's local calendar day."}
  readiness_score: {type: int, minimum: 0, maximum: 100, comment: "Oura's readiness score."}
  sleep_score: {type: int, minimum: 0, maximum: 100, comment: "Oura's sleep score."}
  activity_score: {type: int, minimum: 0, maximum: 100, comment: "Oura's activity score."}
  combined_wellness_score:
    type: double
    minimum: 0
    maximum: 100
    comment: "0.6 readiness + 0.4 sleep; the one that is there if one is missing."
  readiness_7day_avg:
    type: double
    minimum: 0
    maximum: 100
    comment: "Mean readiness of the 7 calendar days up to this one."
  sleep_7day_avg:
    type: double
    minimum: 0
    maximum: 100
    comment: "Mean sleep score of the 7 calendar days up to this one."
  output_7day_avg:
    type: double
    minimum: 0
    comment: >-
      Mean output (kJ) of the days with a known output among the 7 calendar days up to this one.
  readiness_30day_avg:
    type: double
    minimum: 0
    maximum: 100
    comment: "Mean readiness of the 30 calendar days up to this one."
  sleep_30day_avg:
    type: double
    minimum: 0
    maximum: 100
    comment: "Mean sleep score of the 30 calendar days up to this one."
  hrv_balance_score:
    type: int
    minimum: 0
    maximum: 100
    comment: "Oura's HRV balance contributor."
  resting_hr_score:
    type: int
    minimum: 0
    maximum: 100
    comment: "Oura's resting heart rate contributor."
  temperature_deviation:
    type: double
    comment: "Skin temperature against the person's own baseline (°C)."
  sleep_duration_h:
    type: double
    minimum: 0
    maximum: 24
    comment: "Sleep in the day's longest long sleep (h)."
  hrv_rmssd_ms: {type: double, minimum: 0, comment: "Mean RMSSD of that sleep (ms)."}
  resting_heart_rate_bpm:
    type: double
    minimum: 0
    comment: "Lowest heart rate of that sleep (beats a minute)."
  spo2_average_pct:
    type: double
    minimum: 0
    maximum: 100
    comment: "Mean blood oxygen of the night (%)."
  steps: {type: int, minimum: 0, comment: "Steps."}
  active_calories: {type: double, minimum: 0, comment: "Energy of activity (kcal)."}
  had_workout:
    type: boolean
    comment: "Whether there was a workout; null when no source speaks of the day."
  workout_count:
    type: int
    minimum: 0
    comment: "Workouts; null when no source speaks of the day."
  workout_minutes:
    type: double
    minimum: 0
    comment: "Minutes of the workouts with a known length."
  workout_calories: {type: double, minimum: 0, comment: "Energy of the workouts (kcal)."}
  total_output_kj: {type: double, minimum: 0, comment: "Output of the workouts (kJ)."}
  avg_watts: {type: double, minimum: 0, comment: "Mean power over the workouts (W)."}
  disciplines: {type: string, comment: "Disciplines of the workouts, sorted, joined with a comma."}
  readiness_to_output_ratio:
    type: double
    minimum: 0
    comment: "Output (kJ) a point of readiness, 2 decimals."
---
*/
WITH newest AS (
    SELECT user_id, max(day) AS newest_day
    FROM bio_gold.daily_readiness_performance
    WHERE readiness_score IS NOT NULL
       OR sleep_score IS NOT NULL
       OR activity_score IS NOT NULL
       OR had_workout
    GROUP BY user_id
),
averages AS (
    SELECT
        user_id,
        day,
        avg(readiness_score) OVER (
            PARTITION BY user_id ORDER BY day RANGE BETWEEN INTERVAL '6' DAY PRECEDING AND CURRENT ROW
        ) AS readiness_7day_avg,
        avg(sleep_score) OVER (
            PARTITION BY user_id ORDER BY day RANGE BETWEEN INTERVAL '6' DAY PRECEDING AND CURRENT ROW
        ) AS sleep_7day_avg,
        avg(total_output_kj) OVER (
            PARTITION BY user_id ORDER BY day RANGE BETWEEN INTERVAL '6' DAY PRECEDING AND CURRENT ROW
        ) AS output_7day_avg,
        avg(readiness_score) OVER (
            PARTITION BY user_id ORDER BY day RANGE BETWEEN INTERVAL '29' DAY PRECEDING AND CURRENT ROW
        ) AS readiness_30day_avg,
        avg(sleep_score) OVER (
            PARTITION BY user_id ORDER BY day RANGE BETWEEN INTERVAL '29' DAY PRECEDING AND CURRENT ROW
        ) AS sleep_30day_avg
    FROM bio_gold.daily_readiness_performance
)
SELECT
    daily.user_id,
    daily.day,
    daily.readiness_score,
    daily.sleep_score,
    daily.activity_score,
    daily.combined_wellness_score,
    averages.readiness_7day_avg,
    averages.sleep_7day_avg,
    averages.output_7day_avg,
    averages.readiness_30day_avg,
    averages.sleep_30day_avg,
    daily.hrv_balance_score,
    daily.resting_hr_score,
    daily.temperature_deviation,
    daily.sleep_duration_h,
    daily.hrv_rmssd_ms,
    daily.resting_heart_rate_bpm,
    daily.spo2_average_pct,
    daily.steps,
    daily.active_calories,
    daily.had_workout,
    daily.workout_count,
    daily.workout_minutes,
    daily.workout_calories,
    daily.total_output_kj,
    daily.avg_watts,
    daily.disciplines,
    daily.readiness_to_output_ratio
FROM bio_gold.daily_readiness_performance AS daily
JOIN newest
    ON newest.user_id = daily.user_id
   AND daily.day BETWEEN CAST(date_add('day', -29, newest.newest_day) AS date) AND newest.newest_day
JOIN averages
    ON averages.user_id = daily.user_id
   AND averages.day = daily.day
