"""Groups, their projects and mentors, commissions, and defences with their minutes."""
