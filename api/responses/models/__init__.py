"""The answers as OpenAPI describes them; tests compare every answer with its model.

Endpoints answer plain objects and build no model, so that reading costs nothing. Meanings are in `api/document`.
"""
