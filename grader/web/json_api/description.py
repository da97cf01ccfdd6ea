"""Where programs find what they may ask."""

import json
from functools import lru_cache

from flask import Blueprint, Response

from grader.web.access import Access, requires
from grader.web.json_api import openapi
from grader.web.json_api.operations import ROOT

blueprint = Blueprint("api_description", __name__, url_prefix=ROOT)


@blueprint.get("/openapi.json")
@requires(Access.PUBLIC)
def document() -> Response:
    """Send the OpenAPI document."""
    response = Response(_text(), content_type="application/json")
    response.add_etag()
    return response


@lru_cache(maxsize=1)
def _text() -> str:
    return json.dumps(openapi.document())
