/*
---
description: >-
  A night's sleep beside the readiness and the output of its own day and of the day after. Oura
  files a night under the morning on which it ends, and that morning's readiness already contains
  the night's score: the same-day pair is partly the same measurement, the next-day pair is the
  honest question.
grain: [user_id, day]
owner: bio-lakehouse
reads: {days_before: 0, days_after: 1}
columns:
  user_id: {type: string, required: true, comment: "Whose row it is."}
  day:
    type: date
    required: true
    comment: "The day under which the night is filed: the morning on which it ends."
  sleep_day: {type: date, required: true, comment: "The same day."}
  sleep_score: {type: int, minimum: 0, maximum: 100, comment: "Oura's sleep score of the night."}
  sleep_quality:
    type: string
    comment: >-
      Excellent (88+), Good (75-87), Fair (60-74) or Poor (<60); null when the score is unknown.
  same_day_readiness: {type: int, minimum: 0, maximum: 100, comment: "Readiness of that day."}
  same_day_output_kj: {type: double, minimum: 0, comment: "Output of that day (kJ)."}
  next_day: {type: date, required: true, comment: "The calendar day after."}
  next_day_readiness:
    type: int
    minimum: 0
    maximum: 100
    comment: "Readiness of the calendar day after."
  next_day_output_kj: {type: double, minimum: 0, comment: "Output of the calendar day after (kJ)."}
  next_day_avg_watts:
    type: double
    minimum: 0
    comment: "Mean power of the calendar day after (W)."
  next_day_had_workout:
    type: boolean
    comment: "Whether there was a workout on the calendar day after; null when that is unknown."
  sleep_to_readiness_ratio:
    type: double
    minimum: 0
    comment: "Readiness of the calendar day after by the sleep score, 2 decimals."
---
*/
SELECT
    night.user_id,
    night.day,
    night.day AS sleep_day,
    night.sleep_score,
    CASE
        WHEN night.sleep_score >= 88 THEN 'Excellent (88+)'
        WHEN night.sleep_score >= 75 THEN 'Good (75-87)'
        WHEN night.sleep_score >= 60 THEN 'Fair (60-74)'
        WHEN night.sleep_score < 60 THEN 'Poor (<60)'
    END AS sleep_quality,
    night.readiness_score AS same_day_readiness,
    night.total_output_kj AS same_day_output_kj,
    CAST(date_add('day', 1, night.day) AS date) AS next_day,
    day_after.readiness_score AS next_day_readiness,
    day_after.total_output_kj AS next_day_output_kj,
    day_after.avg_watts AS next_day_avg_watts,
    day_after.had_workout AS next_day_had_workout,
    CAST(
        round(CAST(CAST(day_after.readiness_score AS double) / nullif(night.sleep_score, 0) AS decimal(18, 12)), 2)
        AS double
    ) AS sleep_to_readiness_ratio
FROM bio_gold.daily_readiness_performance AS night
LEFT JOIN bio_gold.daily_readiness_performance AS day_after
    ON day_after.user_id = night.user_id
   AND day_after.day = CAST(date_add('day', 1, night.day) AS date)
