"""What training is, whatever the engine: batches, learning-rate schedules, when to stop."""
