"""Downloading a file from the first of several addresses that has the right one."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from gradbook.errors import GradbookError

#: Seconds to wait for a server to respond, and for its next bytes.
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
    """Download a file and verify its hash; `path` is written completely or not at all.

    Every address is tried in turn. Those with a temporary failure (anything except "not found" and a wrong
    hash) are tried again in the next round.

    Parameters
    ----------
    urls
        The addresses of the file.
    path
        Where to store it; its folder must exist.
    size
        Its size in bytes.
    sha256
        The hash that it must have.
    rounds
        How often each address is tried at most.
    pause
        Seconds before the second round; doubled for each further round.
    timeout
        Seconds to wait for the connection, and for each piece.

    Raises
    ------
    GradbookError
        If all addresses failed; the message says why each of them did.
    OSError
        If the file could not be written.
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
                if _is_local(error):
                    raise
                failures[url] = error
                if _is_permanent(error):
                    left.remove(url)
        if not left:
            break
    reasons = "; ".join(f"{url}: {_reason(error)}" for url, error in failures.items())
    if all(type(error) is NoConnection and not _is_dropped(error) for error in failures.values()):
        what = "The network cannot be reached: no server answered. Is this machine offline?"
        raise GradbookError(
            what,
            where=reasons,
            done="Nothing was changed.",
            next="connect and run the command again; or download the archive on another machine, copy it "
            "here and run: gradbook download --from FILE",
        )
    what = "The download failed."
    raise GradbookError(
        what,
        where=reasons,
        done=f"Tried up to {rounds} times; partial downloads were deleted, nothing else was changed.",
        next="try later, or try another address: gradbook download --mirror URL",
    )


def _fetch(url: str, path: Path, size: int, sha256: str, timeout: tuple[float, float]) -> None:
    """Download `url` to `path`, using a temporary file next to it."""
    import pooch
    import requests
    from tqdm import tqdm

    def stream(url: str, output: str, _: object) -> None:
        # "identity" forbids decompression during the transfer, which would change the hash.
        headers = {"Accept-Encoding": "identity"}
        with (
            requests.get(url, stream=True, timeout=timeout, headers=headers) as response,
            open(output, "wb") as file,  # noqa: PTH123  (pooch gives a name)
            # disable=None: no progress bar if the output is not a terminal.
            tqdm(total=size, unit="B", unit_scale=True, desc=path.name, disable=None) as bar,
        ):
            response.raise_for_status()
            for piece in response.iter_content(1 << 16):
                bar.update(file.write(piece))
                if file.tell() > size:
                    # An endless response must not fill the disk before its hash is checked.
                    what = "longer than expected"
                    raise ValueError(what)

    pooch.get_logger().setLevel("ERROR")  # the progress bar and the errors say enough
    pooch.retrieve(url, f"sha256:{sha256}", path.name, path.parent, downloader=stream)


def _is_local(error: Exception) -> bool:
    """Return whether the error comes from the local disk, rather than the network or the server."""
    from requests.exceptions import RequestException

    # requests' errors are OSErrors too.
    return isinstance(error, OSError) and not isinstance(error, RequestException)


def _is_permanent(error: Exception) -> bool:
    """Return whether trying the same address again would be pointless."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    return isinstance(error, ValueError) or (status is not None and 400 <= status < 500 and status != 429)


def _is_dropped(error: Exception) -> bool:
    return "aborted" in str(error).lower() or "reset" in str(error).lower()


def _reason(error: Any) -> str:
    """Return why the download from an address failed, in a few words."""
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
            return "the connection broke off" if _is_dropped(error) else "no connection"
        case ValueError():
            return "it sent a different or incomplete file (size or SHA-256 is wrong)"
    return str(error)
