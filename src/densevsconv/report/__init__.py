"""The report: figures, facts, text and tables, set as a paper and as a page."""
