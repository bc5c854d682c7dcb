/*
The last 30 calendar days of a person at a glance, up to the newest day with a readiness, sleep or activity score or a
workout. Averages look back over the full history, so the first of the 30 days has its true average; a day without a
value takes no part in one.

grain: user_id, day
owner: bio-lakehouse
columns:
  user_id string required: Whose row it is.
  day date required: The person's local calendar day.
  readiness_score int 0..100: Oura's readiness score.
  sleep_score int 0..100: Oura's sleep score.
  activity_score int 0..100: Oura's activity score.
  combined_wellness_score double 0..100: 0.6 readiness + 0.4 sleep; the one that is there if one is missing.
  readiness_7day_avg double 0..100: Mean readiness of the 7 calendar days up to this one.
  sleep_7day_avg double 0..100: Mean sleep score of the 7 calendar days up to this one.
  output_7day_avg double 0..: Mean output (kJ) of the days with a known output among the 7 calendar days up to this one.
  readiness_30day_avg double 0..100: Mean readiness of the 30 calendar days up to this one.
  sleep_30day_avg double 0..100: Mean sleep score of the 30 calendar days up to this one.
  hrv_balance_score int 0..100: Oura's HRV balance contributor.
  resting_hr_score int 0..100: Oura's resting heart rate contributor.
  temperature_deviation double: Skin temperature against the person's own baseline (°C).
  sleep_duration_h double 0..24: Sleep in the day's longest long sleep (h).
  hrv_rmssd_ms double 0..: Mean RMSSD of that sleep (ms).
  resting_heart_rate_bpm double 0..: Lowest heart rate of that sleep (beats a minute).
  spo2_average_pct double 0..100: Mean blood oxygen of the night (%).
  steps int 0..: Steps.
  active_calories double 0..: Energy of activity (kcal).
  had_workout boolean: Whether there was a workout; null when no source speaks of the day.
  workout_count int 0..: Workouts; null when no source speaks of the day.
  workout_minutes double 0..: Minutes of the workouts with a known length.
  workout_calories double 0..: Energy of the workouts (kcal).
  total_output_kj double 0..: Output of the workouts (kJ).
  avg_watts double 0..: Mean power over the workouts (W).
  disciplines string: Disciplines of the workouts, sorted, joined with a comma.
  readiness_to_output_ratio double 0..: Output (kJ) a point of readiness, 2 decimals.
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
