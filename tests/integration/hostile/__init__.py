"""Attacks: what other people's ids, evil input, full disks, dying servers and two users at once must not achieve."""
