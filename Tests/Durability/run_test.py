"""What every test here ends with."""

import asyncio
import sys
from collections.abc import Coroutine

from broker import Broker
from wire import Silent


def run_test(name: str, test: Coroutine, broker: Broker, *failures: type[Exception]) -> int:
    """Exit code: 1 where one of these failures was found, which is printed with the end of the server's log. Cleans up."""
    try:
        asyncio.run(test)
    except (*failures, Silent) as found:
        print(f"{name}: FAILED: {found!r}\n{broker.log[-4_000:]}", file=sys.stderr)
        return 1
    finally:
        broker.clean()
    return 0
