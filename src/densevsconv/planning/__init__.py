"""The study that a configuration names, resolved, and the plan of every stage."""
