"""Tests of files with tables."""
