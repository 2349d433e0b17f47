"""Letters: written into an outbox in the transaction of the act, sent after it by a job."""
