"""The ground floor: where files lie, how they are written, who a trial is, what a process does."""
