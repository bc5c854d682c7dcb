/*
---
description: >-
  How hard to train on a day, from that morning's readiness and sleep, beside what was done the day
  before.
grain: [user_id, day]
owner: bio-lakehouse
reads: {days_before: 2, days_after: 0}
columns:
  user_id: {type: string, required: true, comment: "Whose row it is."}
  day: {type: date, required: true, comment: "The person's local calendar day."}
  readiness_score: {type: int, minimum: 0, maximum: 100, comment: "Oura's readiness score."}
  sleep_score: {type: int, minimum: 0, maximum: 100, comment: "Oura's sleep score."}
  recommended_intensity:
    type: string
    comment: >-
      high_intensity (readiness >= 85 and sleep >= 80), moderate_intensity (>= 70 and >= 65),
      low_intensity (readiness >= 50), else rest_day; null when readiness is unknown, or sleep with
      readiness >= 70. Never above low_intensity where overtraining_risk is moderate or high: that
      takes a readiness below 70.
  recommendation_text: {type: string, comment: "The recommendation in words."}
  readiness_3day_avg:
    type: double
    minimum: 0
    maximum: 100
    comment: "Mean readiness of the 3 calendar days up to this one."
  prev_day_output_kj: {type: double, minimum: 0, comment: "Output of the calendar day before (kJ)."}
  prev_day_workout_count:
    type: int
    minimum: 0
    comment: "Workouts of the calendar day before; null when no source speaks of it."
  prev_day_workout_minutes:
    type: double
    minimum: 0
    comment: "Workout minutes of the calendar day before."
---
*/
WITH recommended AS (
    SELECT
        user_id,
        day,
        readiness_score,
        sleep_score,
        CASE
            WHEN readiness_score IS NULL OR (readiness_score >= 70 AND sleep_score IS NULL) THEN NULL
            WHEN readiness_score >= 85 AND sleep_score >= 80 THEN 'high_intensity'
            WHEN readiness_score >= 70 AND sleep_score >= 65 THEN 'moderate_intensity'
            WHEN readiness_score >= 50 THEN 'low_intensity'
            ELSE 'rest_day'
        END AS recommended_intensity,
        avg(readiness_score) OVER (
            PARTITION BY user_id ORDER BY day RANGE BETWEEN INTERVAL '2' DAY PRECEDING AND CURRENT ROW
        ) AS readiness_3day_avg
    FROM bio_gold.daily_readiness_performance
)
SELECT
    today.user_id,
    today.day,
    today.readiness_score,
    today.sleep_score,
    today.recommended_intensity,
    CASE today.recommended_intensity
        WHEN 'high_intensity' THEN 'Ready for a hard session: intervals, a race or a personal best.'
        WHEN 'moderate_intensity' THEN 'Good for a steady session at moderate effort.'
        WHEN 'low_intensity' THEN 'Keep it easy: a light ride, a walk, yoga or stretching.'
        WHEN 'rest_day' THEN 'Rest today; the body asks for recovery.'
    END AS recommendation_text,
    today.readiness_3day_avg,
    day_before.total_output_kj AS prev_day_output_kj,
    day_before.workout_count AS prev_day_workout_count,
    day_before.workout_minutes AS prev_day_workout_minutes
FROM recommended AS today
LEFT JOIN bio_gold.daily_readiness_performance AS day_before
    ON day_before.user_id = today.user_id
   AND day_before.day = CAST(date_add('day', -1, today.day) AS date)
