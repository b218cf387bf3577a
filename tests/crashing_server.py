"""A real server in a process of its own, made to be killed: its clock runs fast, and its jobs take their time."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn

from licet.service import deciding
from licet.service.service import Service
from licet.service.settings import Settings
from licet.serving.app import create_app

FASTER = 20
STEP = 8
PAUSE = 0.03


def main(url: str, folder: Path, port: int) -> None:
    began, zero = datetime.now(UTC), time.monotonic()
    # Leases run out in a fraction of a second, so that nobody waits for one in a test.
    service = Service.open(
        Settings(database=url, lists=folder / "none", rate=0),
        now=lambda: began + timedelta(seconds=(time.monotonic() - zero) * FASTER),
    )
    deciding.STEP = STEP
    keep = deciding._keep

    def slowly(*given: Any) -> None:
        keep(*given)
        time.sleep(PAUSE)  # with the step written and not yet kept

    deciding._keep = slowly
    service.warm = lambda: None  # nobody asks it for matches
    uvicorn.run(create_app(service), host="127.0.0.1", port=port, log_config=None, access_log=False)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
