"""Reads CSV files and workbooks as spreadsheets write them."""
