"""From a plan and its rows to what is told: columns, sentence, chart, freshness, what is kept."""
