"""Tables as people export them from spreadsheets: what their columns and cells mean."""
