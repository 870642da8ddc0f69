"use strict";

// The addresses are relative, so that the page works behind a proxy with a path of its own.
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayOperationId: true,
  docExpansion: "none",
  filter: true,
  persistAuthorization: false, // a token stays in this page, and goes with it
  validatorUrl: null, // nothing of the description is sent elsewhere
});
