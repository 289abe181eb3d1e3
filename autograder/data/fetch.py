"""A file from the network: from the first address that has the right one."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from autograder.errors import AutograderError

#: Seconds to wait for a server to answer, and for its next bytes.
TIMEOUT = (10.0, 30.0)


def fetch(
    urls: tuple[str, ...],
    path: Path,
    size: int,
    sha256: str,
    *,
    rounds: int = 3,
    pause: float = 2.0,
    timeout: tuple[float, float] = TIMEOUT,
) -> None:
    """Fetch a file and verify its hash; `path` is written whole or not at all.

    Every address is tried in turn, and those whose failure may pass (anything but "there is no such
    file" and a wrong hash) again in the next round.

    Parameters
    ----------
    urls
        Where the file may be.
    path
        Where to put it; its folder is there.
    size
        Its bytes.
    sha256
        The hash that it must have.
    rounds
        How often an address is tried, at most.
    pause
        Seconds before the second round; doubled for each further one.
    timeout
        Seconds to wait for the connection, and for each piece.

    Raises
    ------
    AutograderError
        When no address had it, with what was wrong at each.
    OSError
        When it could not be written.
    """
    from requests.exceptions import ConnectionError as NoConnection

    left = list(urls)
    failures: dict[str, Exception] = {}
    for turn in range(rounds):
        if turn:
            time.sleep(pause * 2 ** (turn - 1))
        for url in tuple(left):
            try:
                return _fetch(url, path, size, sha256, timeout)
            except (ValueError, OSError) as error:
                if _ours(error):
                    raise
                failures[url] = error
                if _final(error):
                    left.remove(url)
        if not left:
            break
    reasons = "; ".join(f"{url}: {_reason(error)}" for url, error in failures.items())
    if all(type(error) is NoConnection and not _dropped(error) for error in failures.values()):
        what = "The network cannot be reached: no server answered. Is this machine offline?"
        raise AutograderError(
            what,
            where=reasons,
            done="Nothing was changed.",
            next="connect and type it again; or fetch the archive on another machine, copy it here and "
            "type: autograder download --from FILE",
        )
    what = "The download failed."
    raise AutograderError(
        what,
        where=reasons,
        done=f"Tried up to {rounds} times; what had arrived was deleted, nothing else was changed.",
        next="try later, or another address: autograder download --mirror URL",
    )


def _fetch(url: str, path: Path, size: int, sha256: str, timeout: tuple[float, float]) -> None:
    """Fetch `url` to `path` by way of a temporary file beside it."""
    import pooch
    import requests
    from tqdm import tqdm

    def stream(url: str, output: str, _: object) -> None:
        # Unpacked on the way ("identity" forbids it), the archive would have another hash.
        headers = {"Accept-Encoding": "identity"}
        with (
            requests.get(url, stream=True, timeout=timeout, headers=headers) as response,
            open(output, "wb") as file,
            # disable=None: no bar where there is no terminal to draw it on.
            tqdm(total=size, unit="B", unit_scale=True, desc=path.name, disable=None) as bar,
        ):
            response.raise_for_status()
            for piece in response.iter_content(1 << 16):
                bar.update(file.write(piece))
                if file.tell() > size:
                    # An endless answer must not fill the disk before its hash is found wrong.
                    what = "longer than expected"
                    raise ValueError(what)

    pooch.get_logger().setLevel("ERROR")  # what it would tell is told by the errors and the progress bar
    pooch.retrieve(url, f"sha256:{sha256}", path.name, path.parent, downloader=stream)


def _ours(error: Exception) -> bool:
    """Tell whether the fault is this machine's disk, rather than the network or the server."""
    from requests.exceptions import RequestException

    # requests' errors are OSErrors too.
    return isinstance(error, OSError) and not isinstance(error, RequestException)


def _final(error: Exception) -> bool:
    """Tell whether trying the same address again would be in vain."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    return isinstance(error, ValueError) or (status is not None and 400 <= status < 500 and status != 429)


def _dropped(error: Exception) -> bool:
    return "aborted" in str(error).lower() or "reset" in str(error).lower()


def _reason(error: Any) -> str:
    """Return what went wrong at an address, in a few words."""
    from requests import exceptions

    match error:
        case exceptions.HTTPError() if error.response is not None:
            return f"the server answered {error.response.status_code} ({error.response.reason})"
        case exceptions.Timeout():
            return "the server did not answer in time"
        case exceptions.ChunkedEncodingError():
            return "the connection broke off before the end"
        case exceptions.InvalidURL() | exceptions.MissingSchema() | exceptions.InvalidSchema():
            return "this is not an http(s) address"
        case exceptions.TooManyRedirects():
            return "it redirects in a circle"
        case exceptions.SSLError():
            return "its certificate is not valid"
        case exceptions.ConnectionError():
            if "timed out" in str(error).lower():
                return "the server stopped sending"
            return "the connection broke off" if _dropped(error) else "no connection"
        case ValueError():
            return "it sent a different file, or a part of it (size or SHA-256 is wrong)"
    return str(error)
