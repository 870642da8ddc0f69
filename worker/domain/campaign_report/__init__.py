"""The report of one campaign that its owner hands on."""
