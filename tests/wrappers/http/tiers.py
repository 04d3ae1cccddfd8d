"""The tier in the body, through every client and every way to hand a body over."""

# tier: flex
# api: chat
# requests: 23
import asyncio
import http.client
import json
import os
import urllib.request

import aiohttp
import httpx
import httpx2
import requests
import urllib3

base = os.environ["OPENAI_BASE_URL"]
host = base.removeprefix("http://").removesuffix("/v1")
chat = f"{base}/chat/completions"
body = {"model": "gpt-5.4", "messages": [{"role": "user", "content": "hi"}], "service_tier": "flex"}
text = json.dumps(body)
typed = {"Content-Type": "application/json"}


def synchronous():
    requests.post(chat, json=body)
    requests.post(chat, None, body)
    requests.post(chat, data=text)
    requests.request("POST", chat, json=body)
    with requests.Session() as session:
        session.post(chat, data=text.encode())
        session.request(method="POST", url=chat, json=body)
        session.send(requests.Request("POST", chat, json=body).prepare())
        session.send(session.prepare_request(requests.Request("POST", chat, json=body)))
    httpx.post(chat, json=body)
    httpx2.post(chat, json=body)
    with httpx.stream("POST", chat, json=body) as answer:
        answer.read()
    with httpx.Client(base_url=base) as client:
        client.post("/chat/completions", content=text)
        client.send(client.build_request("POST", "chat/completions", json=body))
    urllib3.request("POST", chat, json=body)
    urllib3.PoolManager().request("POST", chat, body=text)
    urllib3.PoolManager().urlopen("POST", chat, body=text, headers=typed)
    urllib.request.urlopen(urllib.request.Request(chat, data=text.encode())).read()
    urllib.request.urlopen(chat, text.encode()).read()
    line = http.client.HTTPConnection(host)
    line.request("POST", "/v1/chat/completions", text, typed)
    line.getresponse().read()


async def asynchronous():
    async with aiohttp.ClientSession() as session, session.post(chat, json=body) as answer:
        await answer.read()
    async with aiohttp.ClientSession(f"http://{host}") as session:
        await (await session.request("POST", "/v1/chat/completions", data=text)).read()
    async with aiohttp.request("POST", chat, json=body) as answer:
        await answer.read()
    async with httpx.AsyncClient(base_url=base) as client:
        await client.post("/chat/completions", json=body)


synchronous()
asyncio.run(asynchronous())
