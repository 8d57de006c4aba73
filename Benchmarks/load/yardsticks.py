"""What the broker is held against: the same requests, and nothing behind them."""

import shutil
from contextlib import ExitStack
from pathlib import Path

from processes import Process, free_port


class Echo:
    """A bare Hummingbird application that decodes and encodes with Foundation."""

    name = "echo"

    def __init__(self, binary: str, folder: Path, ending: ExitStack):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.process = Process([binary, str(port)], folder, "echo.log", f"{self.url}/", ending)


class Nginx:
    """A static answer, of the size that the broker's is."""

    name = "nginx"

    @staticmethod
    def is_installed() -> bool:
        return Nginx._binary() is not None

    @staticmethod
    def _binary() -> str | None:
        return shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")

    def __init__(self, folder: Path, answers: dict[str, str], ending: ExitStack):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        locations = "\n".join(
            f"location = {path} {{ default_type application/json; return 200 '{body}'; }}"
            for path, body in answers.items())
        temporary = "\n".join(
            f"{kind}_temp_path {folder}/nginx-{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        configuration = folder / "nginx.conf"
        configuration.write_text(f"""
            daemon off; worker_processes auto; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
            events {{ worker_connections 256; }}
            http {{
                access_log off; keepalive_requests 1000000000; {temporary}
                server {{ listen 127.0.0.1:{port}; {locations} }}
            }}
            """)
        self.process = Process(
            [self._binary() or "nginx", "-p", str(folder), "-e", f"{folder}/nginx.log", "-c", str(configuration)],
            folder, "nginx.out", f"{self.url}/", ending)
