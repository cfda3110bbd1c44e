"""The statistics of the study: intervals over seeds, comparisons, classification quality."""
