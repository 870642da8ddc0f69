"""One verb per file: ask the domain, then act through ports."""
