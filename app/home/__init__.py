"""The start page: what each feature has for whoever is signed in."""
