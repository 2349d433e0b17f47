"""The web platform: hooks, headers, language, policies, pages."""
