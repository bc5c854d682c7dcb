/*
---
description: >-
  ISO weeks of a person, each against the calendar week before. A sum is of what is known and null
  when nothing is.
grain: [user_id, day]
owner: bio-lakehouse
reads: {days_before: all, days_after: all}
columns:
  user_id: {type: string, required: true, comment: "Whose row it is."}
  day: {type: date, required: true, comment: "The week's Sunday."}
  week_start: {type: date, required: true, comment: "The week's Monday."}
  is_complete:
    type: boolean
    required: true
    comment: >-
      Whether the user's first day with a score or a workout is the week's Monday or earlier, and
      their newest the Sunday or later.
  days_with_readiness: {type: int, minimum: 0, maximum: 7, comment: "Days with a readiness score."}
  avg_readiness: {type: double, minimum: 0, maximum: 100, comment: "Mean readiness."}
  avg_sleep: {type: double, minimum: 0, maximum: 100, comment: "Mean sleep score."}
  avg_wellness: {type: double, minimum: 0, maximum: 100, comment: "Mean combined wellness score."}
  weekly_output_kj: {type: double, minimum: 0, comment: "Output (kJ)."}
  weekly_calories: {type: double, minimum: 0, comment: "Energy of the workouts (kcal)."}
  workout_days:
    type: int
    minimum: 0
    maximum: 7
    comment: "Days with a workout; null when no source speaks of any day of the week."
  avg_watts: {type: double, minimum: 0, comment: "Mean of the days' mean power (W)."}
  avg_max_heart_rate_bpm:
    type: double
    minimum: 0
    comment: "Mean of the days' highest workout mean heart rate (beats a minute)."
  weekly_steps: {type: long, minimum: 0, comment: "Steps."}
  weekly_active_calories: {type: double, minimum: 0, comment: "Energy of activity (kcal)."}
  readiness_change:
    type: double
    minimum: -100
    maximum: 100
    comment: "Mean readiness against the calendar week before."
  sleep_change:
    type: double
    minimum: -100
    maximum: 100
    comment: "Mean sleep score against the calendar week before."
  output_change: {type: double, comment: "Output against the calendar week before (kJ)."}
  workout_days_change:
    type: int
    minimum: -7
    maximum: 7
    comment: "Workout days against the calendar week before."
  trend:
    type: string
    comment: >-
      improving (readiness and output up), declining (both down), overreaching (readiness down,
      output up), recovering (readiness up, output down), else stable; null when a change is
      unknown, or unless both weeks are complete and have at least 4 days with readiness.
---
*/
WITH told AS (
    SELECT user_id, min(day) AS first_day, max(day) AS newest_day
    FROM bio_gold.daily_readiness_performance
    WHERE readiness_score IS NOT NULL
       OR sleep_score IS NOT NULL
       OR activity_score IS NOT NULL
       OR had_workout
    GROUP BY user_id
),
days AS (
    SELECT
        user_id,
        CAST(date_trunc('week', day) AS date) AS week_start,
        readiness_score,
        sleep_score,
        combined_wellness_score,
        total_output_kj,
        workout_calories,
        CASE WHEN had_workout THEN 1 WHEN NOT had_workout THEN 0 END AS workout_day,
        avg_watts,
        max_avg_heart_rate_bpm,
        steps,
        active_calories
    FROM bio_gold.daily_readiness_performance
),
weeks AS (
    SELECT
        user_id,
        week_start,
        CAST(date_add('day', 6, week_start) AS date) AS week_end,
        CAST(count(readiness_score) AS integer) AS days_with_readiness,
        avg(readiness_score) AS avg_readiness,
        avg(sleep_score) AS avg_sleep,
        avg(combined_wellness_score) AS avg_wellness,
        CAST(sum(total_output_kj) AS double) AS weekly_output_kj,
        CAST(sum(workout_calories) AS double) AS weekly_calories,
        CAST(sum(workout_day) AS integer) AS workout_days,
        avg(avg_watts) AS avg_watts,
        avg(max_avg_heart_rate_bpm) AS avg_max_heart_rate_bpm,
        CAST(sum(steps) AS bigint) AS weekly_steps,
        CAST(sum(active_calories) AS double) AS weekly_active_calories
    FROM days
    GROUP BY user_id, week_start
),
changes AS (
    SELECT
        this_week.user_id,
        this_week.week_start,
        coalesce(
            told.first_day <= this_week.week_start AND told.newest_day >= this_week.week_end,
            false
        ) AS is_complete,
        coalesce(told.first_day <= week_before.week_start, false) AS was_complete,
        week_before.days_with_readiness AS days_with_readiness_before,
        this_week.avg_readiness - week_before.avg_readiness AS readiness_change,
        this_week.avg_sleep - week_before.avg_sleep AS sleep_change,
        this_week.weekly_output_kj - week_before.weekly_output_kj AS output_change,
        this_week.workout_days - week_before.workout_days AS workout_days_change
    FROM weeks AS this_week
    LEFT JOIN told
        ON told.user_id = this_week.user_id
    LEFT JOIN weeks AS week_before
        ON week_before.user_id = this_week.user_id
       AND week_before.week_start = CAST(date_add('day', -7, this_week.week_start) AS date)
)
SELECT
    weeks.user_id,
    weeks.week_end AS day,
    weeks.week_start,
    changes.is_complete,
    weeks.days_with_readiness,
    weeks.avg_readiness,
    weeks.avg_sleep,
    weeks.avg_wellness,
    weeks.weekly_output_kj,
    weeks.weekly_calories,
    weeks.workout_days,
    weeks.avg_watts,
    weeks.avg_max_heart_rate_bpm,
    weeks.weekly_steps,
    weeks.weekly_active_calories,
    changes.readiness_change,
    changes.sleep_change,
    changes.output_change,
    changes.workout_days_change,
    CASE
        WHEN NOT changes.is_complete
          OR NOT changes.was_complete
          OR weeks.days_with_readiness < 4
          OR coalesce(changes.days_with_readiness_before, 0) < 4
          OR changes.output_change IS NULL THEN NULL
        WHEN changes.readiness_change > 0 AND changes.output_change > 0 THEN 'improving'
        WHEN changes.readiness_change < 0 AND changes.output_change < 0 THEN 'declining'
        WHEN changes.readiness_change < 0 AND changes.output_change > 0 THEN 'overreaching'
        WHEN changes.readiness_change > 0 AND changes.output_change < 0 THEN 'recovering'
        ELSE 'stable'
    END AS trend
FROM weeks
JOIN changes
    ON changes.user_id = weeks.user_id
   AND changes.week_start = weeks.week_start
