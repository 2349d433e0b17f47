"""From a frozen payload to the sheet of paper."""
