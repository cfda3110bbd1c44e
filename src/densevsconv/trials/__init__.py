"""Trials: what a search tries, who a trial is, what it costs, how work is shared out."""
