"""Questions whether something holds: recognised, and answered from the findings."""
