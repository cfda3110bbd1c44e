"""What a researcher edits, read strictly: schemas, references, and the plan of every stage."""
