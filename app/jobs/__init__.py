"""Work that leaves the request: a ledger of jobs in the database, and workers that carry them out."""
