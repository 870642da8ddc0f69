"""What `/openapi.json` says beyond FastAPI's own: names, answers, refusals, meanings, examples."""
