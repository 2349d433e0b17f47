"""What people are told: a feed for everyone, announcements, reminders, and who wants which."""
