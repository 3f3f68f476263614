"""Writer processes, what they acknowledged, and how they are killed."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Self

from fault_site import until

WRITER = Path(__file__).with_name("fault_writer.py")


class Writers:
    """*number* processes that book at *address* until they are killed, at the latest with the block.

    HOW is `whole` or `torn`, see `fault_writer`.
    """

    def __init__(self, address: str, folder: Path, *, number: int, how: str = "whole") -> None:
        self.address = address
        self.folder = folder
        self._how = how
        self._number = number
        self._started = 0
        self.running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        try:
            for _ in range(self._number):
                self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        for writer in list(self.running):
            self.kill(writer)

    def start(self) -> None:
        name = f"w{self._started}"
        self._started += 1
        told = self.folder / f"{name}.txt"
        command = [sys.executable, WRITER, self.address, told, name, self._how]
        self.running.append(subprocess.Popen(command))

    def kill(self, writer: subprocess.Popen[bytes]) -> None:
        writer.kill()
        writer.wait()
        self.running.remove(writer)

    def acknowledged(self) -> set[str]:
        """Return what was told so far; a line that is being written does not count."""
        told = (path.read_text() for path in self.folder.glob("w*.txt"))
        return {line for text in told for line in text.split("\n")[:-1]}

    def get_on(self, least: int = 1) -> None:
        """Wait until every writer has acknowledged something, and all together *least*."""

        def busy() -> bool:
            ended = [w.returncode for w in self.running if w.poll() not in (None, -signal.SIGKILL)]
            assert ended == [], f"a writer ended by itself: {ended}"
            users = self.acknowledged()
            names = {user.partition("-")[0] for user in users}
            return len(users) >= least and len(names) == self._started

        until(busy, "every writer books")
