"""Two answers of Oura's about three days, of which one record is unreadable."""

SLEEP = [
    {"id": "a", "day": "2026-03-01", "score": 71, "timestamp": "2026-03-01T00:00:00+00:00"},
    {"id": "b", "day": "2026-03-02", "score": 72, "timestamp": "2026-03-02T00:00:00+00:00"},
    {"id": "c", "day": "2026-03-03", "score": "high", "timestamp": "2026-03-03T00:00:00+00:00"},
]
READINESS = [
    {"id": "d", "day": "2026-03-01", "score": 81, "timestamp": "2026-03-01T00:00:00+00:00"},
    {"id": "e", "day": "2026-03-02", "score": 82, "timestamp": "2026-03-02T00:00:00+00:00"},
]
