/*
Signs of training more than one recovers from: readiness that is low and falling, or low under daily workouts, or an
output far above what the day's readiness carried.

grain: user_id, day
owner: bio-lakehouse
columns:
  user_id string required: Whose row it is.
  day date required: The person's local calendar day.
  readiness_score int 0..100: Oura's readiness score.
  hrv_balance int 0..100: Oura's HRV balance contributor.
  readiness_to_output_ratio double 0..: Output (kJ) a point of readiness, 2 decimals.
  readiness_vs_3day double -100..100: Readiness against its mean over the 3 calendar days before.
  workouts_last_3_days int 0..3: Known workout days among this calendar day and the 2 before; null when none is known.
  overtraining_risk string: high_risk (readiness < 65 and lower than on each of the 2 calendar days before),
    moderate_risk (readiness < 70 with 3 workout days of the last 3, or a ratio > 4.0), else low_risk; null when
    readiness is unknown.
  risk_guidance string: What the risk suggests.
*/
WITH recent AS (
    SELECT
        user_id,
        day,
        readiness_score,
        hrv_balance_score,
        readiness_to_output_ratio,
        readiness_score - avg(readiness_score) OVER (
            PARTITION BY user_id ORDER BY day RANGE BETWEEN INTERVAL '3' DAY PRECEDING AND INTERVAL '1' DAY PRECEDING
        ) AS readiness_vs_3day,
        CAST(
            sum(CASE WHEN had_workout THEN 1 WHEN NOT had_workout THEN 0 END) OVER (
                PARTITION BY user_id ORDER BY day RANGE BETWEEN INTERVAL '2' DAY PRECEDING AND CURRENT ROW
            )
            AS integer
        ) AS workouts_last_3_days
    FROM bio_gold.daily_readiness_performance
),
risks AS (
    SELECT
        recent.user_id,
        recent.day,
        recent.readiness_score,
        recent.hrv_balance_score,
        recent.readiness_to_output_ratio,
        recent.readiness_vs_3day,
        recent.workouts_last_3_days,
        CASE
            WHEN recent.readiness_score IS NULL THEN NULL
            WHEN recent.readiness_score < 65
             AND recent.readiness_score < one_day_before.readiness_score
             AND recent.readiness_score < two_days_before.readiness_score THEN 'high_risk'
            WHEN recent.readiness_score < 70 AND recent.workouts_last_3_days = 3 THEN 'moderate_risk'
            WHEN recent.readiness_to_output_ratio > 4.0 THEN 'moderate_risk'
            ELSE 'low_risk'
        END AS overtraining_risk
    FROM recent
    LEFT JOIN bio_gold.daily_readiness_performance AS one_day_before
        ON one_day_before.user_id = recent.user_id
       AND one_day_before.day = CAST(date_add('day', -1, recent.day) AS date)
    LEFT JOIN bio_gold.daily_readiness_performance AS two_days_before
        ON two_days_before.user_id = recent.user_id
       AND two_days_before.day = CAST(date_add('day', -2, recent.day) AS date)
)
SELECT
    user_id,
    day,
    readiness_score,
    hrv_balance_score AS hrv_balance,
    readiness_to_output_ratio,
    readiness_vs_3day,
    workouts_last_3_days,
    overtraining_risk,
    CASE overtraining_risk
        WHEN 'high_risk' THEN 'Rest for a day or two; readiness is low and still falling.'
        WHEN 'moderate_risk' THEN 'Take it easier; recovery is not keeping up with the training.'
        WHEN 'low_risk' THEN 'No sign of overtraining; carry on.'
    END AS risk_guidance
FROM risks
