"""What the server costs at one moment, as the system has it."""

import time
from dataclasses import dataclass
from pathlib import Path

from broker import Broker


@dataclass(frozen=True)
class Sample:
    """Sizes are in bytes."""

    time: float
    resident: int
    descriptors: int
    database: int
    log: int

    @classmethod
    def of(cls, broker: Broker) -> "Sample":
        process = Path("/proc") / str(broker.process.pid)
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
        return cls(
            time.monotonic(), int(status["VmRSS"].split()[0]) * 1_024, len(list((process / "fd").iterdir())),
            size(broker.database), size(broker.database.with_name(broker.database.name + "-wal")))


def size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0
