"""Records as tables for people: columns with headings, cells, and text that a spreadsheet does not execute."""
