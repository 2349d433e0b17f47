"""The audit: who did what, when, for whom. Rows are added in the transaction of the act and never changed."""
