"""What the stages write, typed: one record a result file, and the one reader of a study."""
