"""The good deployment, one module a layer. `deployment.build` puts them together."""
