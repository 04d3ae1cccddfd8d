"""How long each library waits for an answer when it is told nothing."""

# requests: 0
import asyncio
import inspect
import socket

import aiohttp
import httpx
import httpx2
import requests
import urllib3


async def session_timeout():
    async with aiohttp.ClientSession() as session:
        return session.timeout.total


assert httpx.Client().timeout.read == httpx.AsyncClient().timeout.read == httpx2.Client().timeout.read == 5
assert asyncio.run(session_timeout()) == 300
assert inspect.signature(requests.Session.request).parameters["timeout"].default is None
assert urllib3.Timeout().read_timeout is None and socket.getdefaulttimeout() is None
