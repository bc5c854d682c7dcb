/*
---
description: >-
  What each kind of workout gives on days of high, medium and low readiness, and the readiness of
  the day after. Workouts count each for themselves; days count once. Workouts of an unknown
  discipline or on a day of unknown readiness are left out, and so are groups of fewer than 2 days.
grain: [user_id, readiness_bucket, workout_type]
owner: bio-lakehouse
columns:
  user_id: {type: string, required: true, comment: "Whose row it is."}
  readiness_bucket:
    type: string
    required: true
    comment: "Readiness of the workout's day: High (85+), Medium (70-84) or Low (<70)."
  workout_type: {type: string, required: true, comment: "The workout's discipline."}
  sample_workouts: {type: int, minimum: 1, comment: "Workouts of this kind."}
  sample_days: {type: int, minimum: 2, comment: "Days with such a workout."}
  avg_output_kj:
    type: double
    minimum: 0
    comment: "Mean output of the workouts with a known one (kJ)."
  avg_watts: {type: double, minimum: 0, comment: "Mean power of the workouts with a known one (W)."}
  avg_calories:
    type: double
    minimum: 0
    comment: "Mean energy of the workouts with a known one (kcal)."
  avg_duration_min:
    type: double
    minimum: 0
    comment: "Mean length of the workouts with a known one (min)."
  avg_heart_rate_bpm:
    type: double
    minimum: 0
    comment: "Mean heart rate over the workouts with a known one (beats a minute)."
  avg_readiness: {type: double, minimum: 0, maximum: 100, comment: "Mean readiness over the days."}
  avg_sleep: {type: double, minimum: 0, maximum: 100, comment: "Mean sleep score over the days."}
  avg_next_day_readiness:
    type: double
    minimum: 0
    maximum: 100
    comment: "Mean readiness of the calendar days after."
---
*/
WITH workouts AS (
    SELECT
        workout.user_id,
        workout.day,
        CASE
            WHEN daily.readiness_score >= 85 THEN 'High (85+)'
            WHEN daily.readiness_score >= 70 THEN 'Medium (70-84)'
            ELSE 'Low (<70)'
        END AS readiness_bucket,
        workout.fitness_discipline AS workout_type,
        workout.total_output_kj,
        workout.avg_watts,
        workout.calories_kcal,
        workout.length_minutes,
        workout.avg_heart_rate_bpm
    FROM bio_silver.peloton_workouts AS workout
    JOIN bio_gold.daily_readiness_performance AS daily
        ON daily.user_id = workout.user_id
       AND daily.day = workout.day
    WHERE daily.readiness_score IS NOT NULL
      AND workout.fitness_discipline IS NOT NULL
),
over_workouts AS (
    SELECT
        user_id,
        readiness_bucket,
        workout_type,
        CAST(count(*) AS integer) AS sample_workouts,
        CAST(avg(total_output_kj) AS double) AS avg_output_kj,
        CAST(avg(avg_watts) AS double) AS avg_watts,
        CAST(avg(calories_kcal) AS double) AS avg_calories,
        CAST(avg(length_minutes) AS double) AS avg_duration_min,
        CAST(avg(avg_heart_rate_bpm) AS double) AS avg_heart_rate_bpm
    FROM workouts
    GROUP BY user_id, readiness_bucket, workout_type
),
workout_days AS (
    SELECT DISTINCT user_id, day, readiness_bucket, workout_type
    FROM workouts
),
over_days AS (
    SELECT
        workout_days.user_id,
        workout_days.readiness_bucket,
        workout_days.workout_type,
        CAST(count(*) AS integer) AS sample_days,
        avg(same_day.readiness_score) AS avg_readiness,
        avg(same_day.sleep_score) AS avg_sleep,
        avg(day_after.readiness_score) AS avg_next_day_readiness
    FROM workout_days
    JOIN bio_gold.daily_readiness_performance AS same_day
        ON same_day.user_id = workout_days.user_id
       AND same_day.day = workout_days.day
    LEFT JOIN bio_gold.daily_readiness_performance AS day_after
        ON day_after.user_id = workout_days.user_id
       AND day_after.day = CAST(date_add('day', 1, workout_days.day) AS date)
    GROUP BY workout_days.user_id, workout_days.readiness_bucket, workout_days.workout_type
    HAVING count(*) >= 2
)
SELECT
    over_days.user_id,
    over_days.readiness_bucket,
    over_days.workout_type,
    over_workouts.sample_workouts,
    over_days.sample_days,
    over_workouts.avg_output_kj,
    over_workouts.avg_watts,
    over_workouts.avg_calories,
    over_workouts.avg_duration_min,
    over_workouts.avg_heart_rate_bpm,
    over_days.avg_readiness,
    over_days.avg_sleep,
    over_days.avg_next_day_readiness
FROM over_days
JOIN over_workouts
    ON over_workouts.user_id = over_days.user_id
   AND over_workouts.readiness_bucket = over_days.readiness_bucket
   AND over_workouts.workout_type = over_days.workout_type
