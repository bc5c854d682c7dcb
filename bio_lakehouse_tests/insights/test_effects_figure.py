import numpy as np

from bio_lakehouse.insights import insights_of, visualize_effects


def test_every_decided_effect_on_one_scale(person) -> None:
    random = np.random.default_rng(61)
    sleep = random.normal(80, 6, 150).round()
    readiness = np.append(78, sleep[:-1] + random.normal(0, 3, 149)).round()
    report = insights_of(
        person(
            {
                "sleep_score": sleep,
                "readiness_score": readiness,
                "total_output_kj": random.integers(1, 400, 150),
            }
        )
    )
    figure = visualize_effects(report)
    labels = {label: trace.name for trace in figure.data for label in trace.y}
    assert labels == {
        "Sleep and next-day readiness": "Found",
        "Readiness after high output, against low": "Looked for and not found",
        "Output and next-day readiness": "Looked for and not found",
    }
    assert tuple(figure.layout.xaxis.range) == (-1, 1)
