"""``python -m openapi.reference``: the API reference as a page that needs nothing but its folder (build/reference).

Redoc draws it from the OpenAPI document, which stands in a script, because a page that is opened as a file may fetch
nothing. The page's policy allows no request to any other place.
"""

from __future__ import annotations

import io
import json
import sys
import tarfile
from pathlib import Path
from typing import Final

from local.dashboard import BuildError, with_node
from local.npm_package import PackageMissing, fetch
from openapi.document import document

PACKAGE: Final = "redoc@2.5.4"
INTEGRITY: Final = "sha512-M6jWhG1qoBnH6TFmzJnstyCZ87HmOY/UzDm78mHiYihEdlV/YcS9ogOo1NlElnJMeLsyxHFe2yFc4sNjHTrABQ=="
RENDERER: Final = "package/bundles/redoc.standalone.js"
NOTICES: Final = f"{RENDERER}.LICENSE.txt"
LOGO: Final = b"https://cdn.redoc.ly/redoc/logo-mini.svg"
"""What the renderer would load from its makers."""
CACHE: Final = Path("build") / f"{PACKAGE}.tgz"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:; worker-src blob:; "
    "base-uri 'none'; form-action 'none'"
)
PAGE: Final = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>Confab: API reference</title>
<style>body {{ margin: 0 }}</style>
</head>
<body>
<div id="reference"></div>
<script src="redoc.standalone.js"></script>
<script src="reference.js"></script>
</body>
</html>
"""
OPTIONS: Final = {
    "hideDownloadButtons": True,
    "expandResponses": "200,201,202,207",
    "jsonSampleExpandLevel": 3,
    "sortRequiredPropsFirst": True,
    "nativeScrollbars": True,
    "theme": {
        "typography": {"fontFamily": "system-ui, sans-serif", "headings": {"fontFamily": "system-ui, sans-serif"}}
    },
}


def write(target: Path) -> None:
    """Write the page and what it needs into a folder.

    Raises:
        PackageMissing, PackageChanged: the renderer could not be fetched as it is pinned.
    """
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(_archive())) as archive:
        for member in (RENDERER, NOTICES):
            content = archive.extractfile(member)
            assert content is not None
            (target / Path(member).name).write_bytes(content.read().replace(LOGO, b"data:,"))
    (target / "index.html").write_text(PAGE, encoding="utf-8")
    (target / "reference.js").write_text(script(), encoding="utf-8")


def script() -> str:
    """The script that draws the page."""
    drawn = ", ".join(json.dumps(part, ensure_ascii=False) for part in (document(), OPTIONS))
    return f'Redoc.init({drawn}, document.getElementById("reference"));\n'


def _archive() -> bytes:
    if not CACHE.is_file():
        CACHE.parent.mkdir(parents=True, exist_ok=True)
        CACHE.write_bytes(fetch(PACKAGE, INTEGRITY, with_node()))
    return CACHE.read_bytes()


def main() -> int:
    """Write it, or say why that is not possible."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("build/reference")
    try:
        write(target)
    except (BuildError, PackageMissing) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{target / 'index.html'}: open it in a browser\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
