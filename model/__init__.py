"""SQL: cases and their facts, decisions, revisions, keys, and what is done with them."""
