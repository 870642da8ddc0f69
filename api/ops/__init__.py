"""The operators' page, `/ops`: HTML made here, with htmx for what moves, and nothing that is loaded from elsewhere."""
