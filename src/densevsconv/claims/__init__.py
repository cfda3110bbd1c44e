"""The tests of a publication's claims: one file a kind, each from results to verdicts."""
