"""Reading groups, projects, commissions, sittings and what they mean for completion."""
