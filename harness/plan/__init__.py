"""YAML -> TrackingPlan and Expectations, errors with file:line."""
