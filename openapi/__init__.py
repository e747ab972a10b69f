"""The OpenAPI document of every route, made from the models. Nothing of it is deployed or served."""
