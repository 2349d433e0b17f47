"""What everything stands on: tables, transactions, time, words, errors. Knows no feature."""
