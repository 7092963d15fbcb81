"""An MCP server over HTTP, written by hand so that it can misbehave.

    http_server.py MODE

It says its port in its first line. Its tool `echo` says its argument `text` and the token that it was sent.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODE = sys.argv[1]
TOOL = {"name": "echo", "description": "Does echo.", "inputSchema": {"type": "object"}}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.reply(405, "text/plain", b"")

    def do_DELETE(self):
        self.reply(200, "text/plain", b"")

    def do_POST(self):
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if MODE == "elsewhere":
            self.send_response(307)
            self.send_header("Location", f"http://127.0.0.1:{PORT}/other")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif MODE == "forbidden":
            self.reply(401, "text/plain", b"who are you?")
        elif "id" not in message:
            self.reply(202, "text/plain", b"")
        else:
            result = self.result(message)
            text = json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result})
            if MODE == "events" or MODE == "large_event" or MODE == "flood":
                self.events(message, text)
            else:
                self.reply(200, "application/json", text.encode())

    def result(self, message):
        if message["method"] == "initialize":
            return {
                "protocolVersion": message["params"]["protocolVersion"],
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "http", "version": "1"},
            }
        if message["method"] == "tools/list":
            return {"tools": [TOOL]}
        text = message["params"]["arguments"].get("text", "")
        if MODE == "large" or MODE == "large_event":
            text = "x" * (10 << 20)
        token = self.headers.get("Authorization", "no token")
        return {"content": [{"type": "text", "text": f"{text} ({token})"}]}

    def events(self, message, text):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        note = {"jsonrpc": "2.0", "method": "notifications/message"}
        note["params"] = {"level": "info", "data": "flood"}
        try:
            while MODE == "flood" and message["method"] == "tools/call":
                self.wfile.write(f"data: {json.dumps(note)}\n\n".encode() * 100)
            self.wfile.write(f"data: {text}\n\n".encode())
        except OSError:
            pass  # The client has seen enough.
        self.close_connection = True

    def reply(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            pass  # The client has seen enough.

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
PORT = server.server_address[1]
print(PORT, flush=True)
server.serve_forever()
