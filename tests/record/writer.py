"""Appends batches to a log until all are written or it is killed; prints the number of each durable one."""

from __future__ import annotations

import sys

from warehouse.record.events import Event, FetchFinished, FetchOutcome, PageKind
from warehouse.record.log import EventLog

address, run_id, batches, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
with EventLog.open(address) as log:
    for batch in range(batches):
        log.append(
            [
                Event(
                    payload=FetchFinished(
                        url=f"http://site.example/{batch}/{number}",
                        kind=PageKind.ARTICLE,
                        outcome=FetchOutcome.NOT_FOUND,
                        byte_count=number,
                    ),
                    run_id=run_id,
                    site_id="xinzhou",
                )
                for number in range(size)
            ]
        )
        sys.stdout.write(f"{batch}\n")
        sys.stdout.flush()
